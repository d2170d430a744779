using System.Buffers.Binary;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Server.Protocol;

namespace Coterie.Host.LoadGenerator;

/// <summary>
/// An EXECUTE frame of which only stream, key and value differ from request to request: one copy and three patches, so that the load generator
/// takes as little as it can of the processors that it shares with the servers.
/// </summary>
internal sealed class RequestTemplate
{
    private const int StreamOffset = 2;
    private const long KeyMark = 0x0123_4567_89AB_CDEF;

    private readonly byte[] _frame;
    private readonly int _keyOffset;
    private readonly int _valueOffset;
    private readonly int _valueBytes;

    /// <param name="valueBytes">0: the statement has the key alone.</param>
    public RequestTemplate(ReadOnlySpan<byte> id, ConsistencyLevel level, int valueBytes, bool valueFirst = false)
    {
        Span<byte> mark = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(mark, KeyMark);
        var value = new byte[valueBytes];
        var frame = new FrameWriter();
        RequestFrames.WriteExecute(frame, stream: 0, id, level, valueFirst ? value : mark, valueFirst ? mark : value);
        _frame = frame.Written.ToArray();
        _frame[0] = ProtocolVersions.V4;
        _keyOffset = _frame.AsSpan().LastIndexOf(mark);
        _valueOffset = valueFirst ? _keyOffset - sizeof(int) - valueBytes : _frame.Length - valueBytes;
        _valueBytes = valueBytes;
    }

    public int Length => _frame.Length;

    public void Write(Span<byte> destination, short stream, long key, ulong seed)
    {
        _frame.CopyTo(destination);
        BinaryPrimitives.WriteInt16BigEndian(destination[StreamOffset..], stream);
        BinaryPrimitives.WriteInt64BigEndian(destination[_keyOffset..], key);

        // A value of its own for each write; the rest of it may be the same.
        if (_valueBytes >= sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[_valueOffset..], seed);
        }
    }
}
