using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Coterie.WebConsole.Tests.Query;

/// <summary>A socket that speaks as much CQL as it takes to be asked: it says READY to STARTUP, and does to a query what the test wants.</summary>
internal sealed class OneNode : IAsyncDisposable
{
    private const int HeaderBytes = 9;
    private const byte Response = 0x84;
    private const byte Ready = 0x02;
    private const byte Result = 0x08;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[]? _result;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _serving;

    /// <param name="result">The body of the RESULT that it answers; null: it reads the query and closes.</param>
    public OneNode(byte[]? result)
    {
        _result = result;
        _listener.Start();
        _serving = ServeAsync();
    }

    public ConsoleNode Place => new("node1", (IPEndPoint)_listener.LocalEndpoint, (IPEndPoint)_listener.LocalEndpoint);

    /// <summary>Queries that it has read.</summary>
    public int Asked { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _serving;
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                await ServeAsync(client.GetStream());
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        try
        {
            await stream.WriteAsync(Frame(await ReadAsync(stream), Ready, []), _ending.Token);
            var query = await ReadAsync(stream);
            Asked++;
            if (_result is { } result)
            {
                await stream.WriteAsync(Frame(query, Result, result), _ending.Token);

                // Until the client closes.
                await stream.CopyToAsync(Stream.Null, _ending.Token);
            }
        }
        catch (IOException)
        {
            // The client has closed; there may be another.
        }
    }

    /// <returns>The header of a frame, the body of which has been read.</returns>
    private async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, _ending.Token);
        await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5))], _ending.Token);
        return header;
    }

    private static byte[] Frame(byte[] request, byte opcode, byte[] body)
    {
        var frame = new byte[HeaderBytes + body.Length];
        frame[0] = Response;
        request.AsSpan(2, 2).CopyTo(frame.AsSpan(2));
        frame[4] = opcode;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), body.Length);
        body.CopyTo(frame, HeaderBytes);
        return frame;
    }
}
