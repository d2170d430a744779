using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Quorum;

namespace Coterie.Server.Protocol;

/// <summary>
/// What QUERY and EXECUTE say besides the statement: native protocol v4 §4.1.4, <c>query_parameters</c>. Reused from request to request;
/// slices of the frame in it are valid as long as the frame is.
/// </summary>
public sealed class QueryParameters
{
    private readonly List<ReadOnlyMemory<byte>> _names = [];

    [Flags]
    private enum Flag : byte
    {
        Values = 0x01,
        SkipMetadata = 0x02,
        PageSize = 0x04,
        PagingState = 0x08,
        SerialConsistency = 0x10,
        DefaultTimestamp = 0x20,
        Names = 0x40,
    }

    public ConsistencyLevel Consistency { get; private set; }

    public bool SkipMetadata { get; private set; }

    /// <summary>Rows of a page; 0 if the client asked for none, or for a number that makes no sense.</summary>
    public int PageSize { get; private set; }

    public ReadOnlyMemory<byte>? PagingState { get; private set; }

    public ConsistencyLevel? SerialConsistency { get; private set; }

    /// <summary>The client's own stamp for what the statement writes, in microseconds.</summary>
    public long? DefaultTimestamp { get; private set; }

    /// <summary>The names of the values, in the order of the values; empty if they came by position.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Names => _names;

    public void Clear()
    {
        _names.Clear();
        Consistency = ConsistencyLevel.One;
        SkipMetadata = false;
        PageSize = 0;
        PagingState = null;
        SerialConsistency = null;
        DefaultTimestamp = null;
    }

    /// <summary>Reads the parameters and appends the values.</summary>
    /// <exception cref="MalformedDataException">They are not what the protocol says.</exception>
    public void Read(ref BodyReader reader, BoundValues values)
    {
        Consistency = Protocol.Consistency.Read(ref reader);
        var flags = (Flag)reader.ReadByte();
        if ((flags & Flag.Values) != 0)
        {
            ReadValues(ref reader, values, (flags & Flag.Names) != 0);
        }

        SkipMetadata = (flags & Flag.SkipMetadata) != 0;
        PageSize = (flags & Flag.PageSize) != 0 ? Math.Max(0, reader.ReadInt()) : 0;
        PagingState = (flags & Flag.PagingState) != 0 ? reader.ReadBytes() : null;
        ReadSerialAndTimestamp(ref reader, (byte)flags);
    }

    /// <summary>Reads the end of a BATCH message: its level, flags, serial level and stamp.</summary>
    /// <exception cref="MalformedDataException">They are not what the protocol says.</exception>
    public void ReadOfBatch(ref BodyReader reader)
    {
        Consistency = Protocol.Consistency.Read(ref reader);
        var flags = (Flag)reader.ReadByte();
        if ((flags & Flag.Names) != 0)
        {
            throw new MalformedDataException("Named values in a BATCH message cannot be used: the protocol has no place for the names (CASSANDRA-10246)");
        }

        ReadSerialAndTimestamp(ref reader, (byte)flags);
    }

    /// <summary>A list of values: its length as a short, then for each its name if they have names, and the value.</summary>
    public static void ReadPositionalValues(ref BodyReader reader, BoundValues values)
    {
        var count = reader.ReadCount(bytesEach: 4);
        for (var i = 0; i < count; i++)
        {
            ReadValue(ref reader, values);
        }
    }

    private void ReadValues(ref BodyReader reader, BoundValues values, bool named)
    {
        if (!named)
        {
            ReadPositionalValues(ref reader, values);
            return;
        }

        var count = reader.ReadCount(bytesEach: 6);
        for (var i = 0; i < count; i++)
        {
            _names.Add(reader.ReadStringBytes());
            ReadValue(ref reader, values);
        }
    }

    private static void ReadValue(ref BodyReader reader, BoundValues values)
    {
        var length = reader.ReadValue(out var bytes);
        switch (length)
        {
            case -1:
                values.AddNull();
                break;
            case -2:
                values.AddUnset();
                break;
            default:
                values.Add(bytes);
                break;
        }
    }

    private void ReadSerialAndTimestamp(ref BodyReader reader, byte flags)
    {
        if (((Flag)flags & Flag.SerialConsistency) != 0)
        {
            var serial = Protocol.Consistency.Read(ref reader);
            SerialConsistency = serial is ConsistencyLevel.Serial or ConsistencyLevel.LocalSerial
                ? serial
                : throw new MalformedDataException($"{ConsistencyLevelNames.Format(serial)} is not a serial consistency level");
        }

        if (((Flag)flags & Flag.DefaultTimestamp) != 0)
        {
            var timestamp = reader.ReadLong();

            // The two least stand for "none" and for what is before any write.
            DefaultTimestamp = timestamp > long.MinValue + 1
                ? timestamp
                : throw new MalformedDataException($"A timestamp must be greater than {long.MinValue + 1}");
        }
    }
}
