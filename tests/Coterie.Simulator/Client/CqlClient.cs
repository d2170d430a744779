using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Coterie.Cluster.Transport;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Client;

/// <summary>
/// A small client of the native protocol (v4) inside the simulation: one connection, one statement at a time, in bytes that it makes itself,
/// so that the server's codecs are tested against something other than themselves.
/// </summary>
public sealed class CqlClient(SimulatedProcess process, IPEndPoint server)
{
    private const int HeaderBytes = 9;
    private const byte Version = 4;
    private const byte StartupOpcode = 0x01;
    private const byte QueryOpcode = 0x07;
    private const byte PayloadFlag = 0x04;
    private const byte PageSizeFlag = 0x04;
    private const byte PagingStateFlag = 0x08;
    private const byte DefaultTimestampFlag = 0x20;

    private INetworkConnection? _connection;

    public IPEndPoint Server { get; } = server;

    /// <summary>Connects first if there is no connection. Whatever goes wrong closes the connection and is an answer.</summary>
    public async Task<CqlAnswer> QueryAsync(CqlRequest request, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout, process.Time);
        using var abort = deadline.Token.Register(Close);
        try
        {
            _connection ??= await OpenAsync(deadline.Token);
            return await ExchangeAsync(_connection, QueryOpcode, request.Required > 0 ? PayloadFlag : (byte)0, QueryBody(request));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            Close();
            return CqlAnswer.Broken(deadline.IsCancellationRequested ? "no answer in time" : exception.Message);
        }
    }

    public void Close()
    {
        _connection?.Abort();
        _connection = null;
    }

    private async Task<INetworkConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await process.Network.ConnectAsync(new IPEndPoint(process.Address, 0), Server, cancellationToken);
        using var abort = cancellationToken.Register(connection.Abort);
        var body = new ArrayBufferWriter<byte>();
        Short(body, 1);
        Text(body, "CQL_VERSION");
        Text(body, "3.0.0");
        var answer = await ExchangeAsync(connection, StartupOpcode, 0, body);
        return answer.Outcome == CqlOutcome.Ok ? connection : throw new IOException($"STARTUP: {answer.Text}");
    }

    private static async Task<CqlAnswer> ExchangeAsync(INetworkConnection connection, byte opcode, byte flags, ArrayBufferWriter<byte> body)
    {
        var header = new byte[HeaderBytes];
        header[0] = Version;
        header[1] = flags;
        header[4] = opcode;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(5), body.WrittenCount);
        connection.Output.Write(header);
        connection.Output.Write(body.WrittenSpan);
        await connection.Output.FlushAsync();
        while (true)
        {
            var read = await connection.Input.ReadAsync();
            if (TryRead(read.Buffer, out var answer, out var size))
            {
                connection.Input.AdvanceTo(read.Buffer.GetPosition(size));
                return answer;
            }

            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                throw new IOException("The server closed the connection.");
            }
        }
    }

    private static bool TryRead(in ReadOnlySequence<byte> buffer, out CqlAnswer answer, out long size)
    {
        (answer, size) = (CqlAnswer.Broken(""), 0);
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        var header = buffer.Slice(0, HeaderBytes).ToArray();
        size = HeaderBytes + BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
        if (buffer.Length < size)
        {
            return false;
        }

        answer = CqlAnswers.Read(flags: header[1], opcode: header[4], buffer.Slice(HeaderBytes, size - HeaderBytes).ToArray());
        return true;
    }

    private static ArrayBufferWriter<byte> QueryBody(CqlRequest request)
    {
        var body = new ArrayBufferWriter<byte>();
        if (request.Required > 0)
        {
            Short(body, 1);
            Text(body, "coterie.required");
            Int(body, 4);
            Int(body, request.Required);
        }

        Bytes(body, Encoding.UTF8.GetBytes(request.Statement));
        Short(body, request.Consistency);
        body.Write([(byte)((request.PageSize > 0 ? PageSizeFlag : 0)
            | (request.PagingState is not null ? PagingStateFlag : 0)
            | (request.Timestamp is not null ? DefaultTimestampFlag : 0))]);
        if (request.PageSize > 0)
        {
            Int(body, request.PageSize);
        }

        if (request.PagingState is { } state)
        {
            Bytes(body, state);
        }

        if (request.Timestamp is { } stamp)
        {
            BinaryPrimitives.WriteInt64BigEndian(body.GetSpan(8), stamp);
            body.Advance(8);
        }

        return body;
    }

    private static void Bytes(ArrayBufferWriter<byte> body, byte[] value)
    {
        Int(body, value.Length);
        body.Write(value);
    }

    private static void Int(ArrayBufferWriter<byte> body, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(body.GetSpan(4), value);
        body.Advance(4);
    }

    private static void Short(ArrayBufferWriter<byte> body, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(body.GetSpan(2), value);
        body.Advance(2);
    }

    private static void Text(ArrayBufferWriter<byte> body, string value)
    {
        Short(body, (ushort)value.Length);
        body.Write(Encoding.UTF8.GetBytes(value));
    }
}
