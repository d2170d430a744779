using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coterie.Processes.Fixtures;

/// <summary>A socket that may say anything, with just enough of native protocol v4 to say it in the right place.</summary>
internal sealed class RawConnection : IDisposable
{
    public const byte Error = 0x00;
    public const byte Ready = 0x02;
    public const byte Result = 0x08;

    private const byte Startup = 0x01;
    private const byte Query = 0x07;
    private const int HeaderSize = 9;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RawConnection(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    public static async Task<RawConnection> OpenAsync(IPEndPoint node)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await socket.ConnectAsync(node, patience.Token);
            return new RawConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens one that has gone through STARTUP.</summary>
    public static async Task<RawConnection> StartedAsync(IPEndPoint node)
    {
        var connection = await OpenAsync(node);
        await connection.SendAsync(Frame(Startup, [0, 1, .. Short("CQL_VERSION"), .. Short("3.0.0")]));
        Assert.Equal(Ready, (await connection.ReceiveAsync())!.Value.Opcode);
        return connection;
    }

    public static byte[] Frame(byte opcode, byte[] body) => [.. Header(4, opcode, body.Length), .. body];

    public static byte[] Header(byte version, byte opcode, int length)
    {
        var header = new byte[HeaderSize] { version, 0, 0, 1, opcode, 0, 0, 0, 0 };
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(5), length);
        return header;
    }

    /// <summary>QUERY at ONE, with a page size and a paging state if one is given.</summary>
    public static byte[] QueryFrame(string statement, byte[]? pagingState = null)
    {
        byte[] rest = pagingState is null ? [0, 1, 0] : [0, 1, 0x0C, 0, 0, 0, 10, .. Int(pagingState.Length), .. pagingState];
        var text = Encoding.UTF8.GetBytes(statement);
        return Frame(Query, [.. Int(text.Length), .. text, .. rest]);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes, patience.Token)..];
        }
    }

    /// <summary>The next frame; null if the other side has closed.</summary>
    public async Task<(byte Opcode, byte[] Body)?> ReceiveAsync()
    {
        var header = new byte[HeaderSize];
        if (!await FillAsync(header))
        {
            return null;
        }

        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5))];
        return await FillAsync(body) ? (header[4], body) : null;
    }

    /// <summary>Asks and takes the error that comes back: its code and text.</summary>
    public async Task<(int Code, string Message)> RefusedAsync(byte[] frame)
    {
        await SendAsync(frame);
        var answer = await ReceiveAsync() ?? throw new IOException("closed without an answer");
        Assert.Equal(Error, answer.Opcode);
        return (BinaryPrimitives.ReadInt32BigEndian(answer.Body), Encoding.UTF8.GetString(answer.Body.AsSpan(6, BinaryPrimitives.ReadUInt16BigEndian(answer.Body.AsSpan(4)))));
    }

    /// <summary>True once the other side has closed; what it sends before is thrown away.</summary>
    public async Task<bool> IsClosedAsync()
    {
        var ignored = new byte[4096];
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            while (await Socket.ReceiveAsync(ignored, patience.Token) > 0)
            {
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Says that nothing more will come, if the other side still listens.</summary>
    public void EndSending()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It has closed already.
        }
    }

    public void Dispose() => Socket.Dispose();

    private static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Short(string text) => [0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private async Task<bool> FillAsync(Memory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (!bytes.IsEmpty)
            {
                var received = await Socket.ReceiveAsync(bytes, patience.Token);
                if (received == 0)
                {
                    return false;
                }

                bytes = bytes[received..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
