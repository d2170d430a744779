using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Coterie.Cluster.Transport;
using Coterie.Model.Quorum;
using Coterie.Server.Protocol;
using K4os.Compression.LZ4;

namespace Coterie.Server.Tests.Fixtures;

/// <summary>A client that sends exactly what a test tells it, right or wrong.</summary>
internal sealed class TestClient(INetworkConnection connection) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private short _stream;

    public static byte[] Body(Action<FrameWriter> write)
    {
        var writer = new FrameWriter();
        write(writer);
        var body = writer.Written.ToArray();
        writer.Clear();
        return body;
    }

    public static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Text(string value) => Encoding.UTF8.GetBytes(value);

    public async Task StartAsync(bool compresses = false)
    {
        var options = new SortedDictionary<string, string> { ["CQL_VERSION"] = "3.0.0", ["DRIVER_NAME"] = "test", ["SOMETHING_NEW"] = "ignored" };
        if (compresses)
        {
            options["COMPRESSION"] = "lz4";
        }

        var answer = await AskAsync(Opcode.Startup, Body(w => WriteMap(w, options)));
        Assert.Equal(Opcode.Ready, answer.Opcode);
    }

    public static void WriteMap(FrameWriter writer, IReadOnlyDictionary<string, string> map)
    {
        writer.WriteShort(map.Count);
        foreach (var (key, value) in map)
        {
            writer.WriteString(key);
            writer.WriteString(value);
        }
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes) => await connection.Output.WriteAsync(bytes);

    public Task SendAsync(Opcode opcode, short stream, byte[] body, FrameFlags flags = FrameFlags.None) =>
        SendRawAsync(FrameOf(new FrameHeader(4, flags, stream, opcode, body.Length), body));

    public static byte[] FrameOf(FrameHeader header, byte[] body)
    {
        var frame = new byte[FrameHeader.Size + body.Length];
        header.Write(frame);
        body.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    public async Task<Frame> AskAsync(Opcode opcode, byte[] body, FrameFlags flags = FrameFlags.None)
    {
        var stream = _stream;
        _stream = (short)((_stream + 1) & short.MaxValue);
        await SendAsync(opcode, stream, body, flags);
        var answer = await ReceiveAsync();
        Assert.Equal(stream, answer.Header.Stream);
        return answer;
    }

    public Task<Frame> QueryAsync(string text, params byte[]?[] values) => QueryAsync(text, ConsistencyLevel.Quorum, values);

    public Task<Frame> QueryAsync(string text, ConsistencyLevel level, params byte[]?[] values) =>
        AskAsync(Opcode.Query, Body(w => WriteQuery(w, text, level, values)));

    public static void WriteQuery(FrameWriter w, string text, ConsistencyLevel level, params byte[]?[] values)
    {
        w.WriteBytes(Text(text));
        WriteParameters(w, level, values);
    }

    /// <param name="pageSize">0: no page size.</param>
    public static void WriteParameters(FrameWriter w, ConsistencyLevel level, byte[]?[] values, int pageSize = 0, byte[]? state = null, bool skipsMetadata = false, long? timestamp = null)
    {
        w.WriteShort((int)level);
        w.WriteByte((byte)((values.Length > 0 ? 1 : 0) | (skipsMetadata ? 2 : 0) | (pageSize != 0 ? 4 : 0) | (state is not null ? 8 : 0) | (timestamp is not null ? 0x20 : 0)));
        if (values.Length > 0)
        {
            WriteValues(w, values);
        }

        if (pageSize != 0)
        {
            w.WriteInt(pageSize);
        }

        if (state is not null)
        {
            w.WriteBytes(state);
        }

        if (timestamp is { } stamp)
        {
            w.WriteInt((int)(stamp >> 32));
            w.WriteInt((int)stamp);
        }
    }

    public static void WriteValues(FrameWriter w, byte[]?[] values)
    {
        w.WriteShort(values.Length);
        foreach (var value in values)
        {
            if (value is null)
            {
                w.WriteInt(-1);
            }
            else
            {
                w.WriteBytes(value);
            }
        }
    }

    /// <summary>Prepares and returns the id.</summary>
    public async Task<byte[]> PrepareAsync(string text)
    {
        var answer = await AskAsync(Opcode.Prepare, Body(w => w.WriteBytes(Text(text))));
        if (answer.Opcode == Opcode.Error)
        {
            Assert.Fail($"{answer.Error()}");
        }

        return IdOf(answer);
    }

    public Task<Frame> ExecuteAsync(byte[] id, params byte[]?[] values) => AskAsync(Opcode.Execute, Body(w =>
    {
        w.WriteShortBytes(id);
        WriteParameters(w, ConsistencyLevel.Quorum, values);
    }));

    /// <summary>The next frame, decompressed.</summary>
    public async Task<Frame> ReceiveAsync() =>
        await TryReceiveAsync() ?? throw new IOException("The server has closed the connection.");

    /// <summary>Null: the server has closed the connection.</summary>
    public async Task<Frame?> TryReceiveAsync()
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await connection.Input.ReadAsync().AsTask().WaitAsync(Patience);
            }
            catch (IOException)
            {
                return null;
            }

            if (TryTake(result.Buffer) is { } frame)
            {
                connection.Input.AdvanceTo(result.Buffer.GetPosition(FrameHeader.Size + frame.Header.Length));
                return frame with { Body = Plain(frame) };
            }

            connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Waits until the server closes, whatever it says before.</summary>
    public async Task ExpectCloseAsync()
    {
        while (await TryReceiveAsync() is not null)
        {
        }
    }

    public async ValueTask DisposeAsync() => await connection.DisposeAsync();

    private static Frame? TryTake(ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < FrameHeader.Size)
        {
            return null;
        }

        var header = FrameHeader.Read(buffer.Slice(0, FrameHeader.Size).ToArray());
        Assert.True(header.IsResponse);
        return buffer.Length < FrameHeader.Size + header.Length ? null : new Frame(header, buffer.Slice(FrameHeader.Size, header.Length).ToArray());
    }

    private static byte[] Plain(Frame frame)
    {
        if ((frame.Header.Flags & FrameFlags.Compressed) == 0)
        {
            return frame.Body;
        }

        var plain = new byte[BinaryPrimitives.ReadInt32BigEndian(frame.Body)];
        Assert.Equal(plain.Length, LZ4Codec.Decode(frame.Body.AsSpan(4), plain));
        return plain;
    }

    private static byte[] IdOf(Frame prepared)
    {
        var reader = prepared.Reader();
        Assert.Equal(4, reader.ReadInt());
        return reader.ReadShortBytes().ToArray();
    }
}
