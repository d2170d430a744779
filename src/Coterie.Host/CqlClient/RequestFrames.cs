using System.Buffers.Binary;
using System.Text;
using Coterie.Model.Quorum;
using Coterie.Server.Protocol;

namespace Coterie.Host.CqlClient;

/// <summary>The requests that the shell and the load generator send (native protocol v4 §4.1), with the server's own frame codec.</summary>
/// <remarks>The codec marks every frame as a response; whoever sends these puts the version of a request into the first byte.</remarks>
internal static class RequestFrames
{
    [Flags]
    private enum Flag : byte
    {
        Values = 0x01,
        SkipMetadata = 0x02,
        PageSize = 0x04,
        PagingState = 0x08,
        DefaultTimestamp = 0x20,
    }

    public static void WriteStartup(FrameWriter frame, short stream)
    {
        frame.BeginFrame(FrameFlags.None);
        frame.WriteShort(2);
        frame.WriteString("CQL_VERSION");
        frame.WriteString("3.0.0");
        frame.WriteString("DRIVER_NAME");
        frame.WriteString("coterie");
        frame.EndFrame(Opcode.Startup, stream);
    }

    public static void WriteQuery(
        FrameWriter frame, short stream, string statement, ConsistencyLevel level, int pageSize, ReadOnlyMemory<byte>? pagingState, PayloadRequest payload = default)
    {
        BeginFrame(frame, payload);
        frame.WriteBytes(Encoding.UTF8.GetBytes(statement));
        frame.WriteShort((int)level);
        frame.WriteByte((byte)((pageSize > 0 ? Flag.PageSize : 0) | (pagingState is null ? 0 : Flag.PagingState)));
        if (pageSize > 0)
        {
            frame.WriteInt(pageSize);
        }

        if (pagingState is { } state)
        {
            frame.WriteBytes(state.Span);
        }

        frame.EndFrame(Opcode.Query, stream);
    }

    /// <summary>With what the payload asks for, if it asks for anything.</summary>
    private static void BeginFrame(FrameWriter frame, PayloadRequest payload)
    {
        var keys = (payload.WantsVote ? 1 : 0) + (payload.Required > 0 ? 1 : 0);
        frame.BeginFrame(keys > 0 ? FrameFlags.CustomPayload : FrameFlags.None);
        if (keys > 0)
        {
            frame.WriteShort(keys);
        }

        if (payload.WantsVote)
        {
            frame.WriteString(PayloadRequest.VoteKey);
            frame.WriteBytes([]);
        }

        if (payload.Required > 0)
        {
            Span<byte> required = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(required, payload.Required);
            frame.WriteString(PayloadRequest.RequiredKey);
            frame.WriteBytes(required);
        }
    }

    public static void WritePrepare(FrameWriter frame, short stream, string statement)
    {
        frame.BeginFrame(FrameFlags.None);
        frame.WriteBytes(Encoding.UTF8.GetBytes(statement));
        frame.EndFrame(Opcode.Prepare, stream);
    }

    /// <summary>EXECUTE with one value or two.</summary>
    /// <param name="second">Empty: there is one.</param>
    public static void WriteExecute(FrameWriter frame, short stream, ReadOnlySpan<byte> id, ConsistencyLevel level, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        frame.BeginFrame(FrameFlags.None);
        frame.WriteShortBytes(id);
        frame.WriteShort((int)level);
        frame.WriteByte((byte)(Flag.Values | Flag.SkipMetadata));
        frame.WriteShort(second.IsEmpty ? 1 : 2);
        frame.WriteBytes(first);
        if (!second.IsEmpty)
        {
            frame.WriteBytes(second);
        }

        frame.EndFrame(Opcode.Execute, stream);
    }

    /// <summary>EXECUTE with any values.</summary>
    /// <param name="timestamp">Microseconds: when it was written, by the client's clock.</param>
    public static void WriteExecute(
        FrameWriter frame, short stream, ReadOnlySpan<byte> id, ConsistencyLevel level, IReadOnlyList<ReadOnlyMemory<byte>> values, long timestamp)
    {
        frame.BeginFrame(FrameFlags.None);
        frame.WriteShortBytes(id);
        frame.WriteShort((int)level);
        frame.WriteByte((byte)((values.Count > 0 ? Flag.Values : 0) | Flag.SkipMetadata | Flag.DefaultTimestamp));
        if (values.Count > 0)
        {
            frame.WriteShort(values.Count);
            foreach (var value in values)
            {
                frame.WriteBytes(value.Span);
            }
        }

        BinaryPrimitives.WriteInt64BigEndian(frame.GetSpan(sizeof(long)), timestamp);
        frame.Advance(sizeof(long));
        frame.EndFrame(Opcode.Execute, stream);
    }
}
