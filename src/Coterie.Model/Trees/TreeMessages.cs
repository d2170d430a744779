using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Model.Trees;

/// <summary>
/// What every request about a tree begins with: the table, the cut that the exchange will give its pair of replicas, and the salt of its short
/// digests (docs/decisions/0003-safe-deletes.md).
/// </summary>
/// <param name="Table">Storage id.</param>
/// <param name="Cut">Formation time, milliseconds.</param>
/// <param name="Salt">Anew for every exchange.</param>
/// <param name="WithRecent">
/// Do not say what was written a moment ago: one of the two has lost writes, and what is on its way to it may be all that is left of a quorum.
/// </param>
public readonly record struct TreeRequestHead(StorageId Table, long Cut, ulong Salt, bool WithRecent)
{
    public void Write(IBufferWriter<byte> destination)
    {
        destination.WriteUInt32(Table.Value);
        destination.WriteInt64(Cut);
        destination.WriteUInt64(Salt);
        destination.WriteByte(WithRecent ? (byte)1 : (byte)0);
    }

    /// <exception cref="MalformedDataException">Too short.</exception>
    public static TreeRequestHead Read(ref ByteReader reader) => new(new StorageId(reader.ReadUInt32()), reader.ReadInt64(), reader.ReadUInt64(), reader.ReadByte() != 0);
}

/// <summary>Asks for the hashes of ranges, or, with one range and a number of parts, where it is best cut.</summary>
public static class TreeRanges
{
    public static byte[] Request(in TreeRequestHead head, IReadOnlyList<KeyRange> ranges)
    {
        var destination = new ArrayBufferWriter<byte>();
        head.Write(destination);
        destination.WriteVariable((uint)ranges.Count);
        foreach (var range in ranges)
        {
            range.Write(destination);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a request.</exception>
    public static List<KeyRange> Read(ref ByteReader reader, StorageId table)
    {
        var count = reader.ReadVariable();
        if (count is 0 or > Limits.TreeRangesMax)
        {
            throw new MalformedDataException($"{count} ranges in a request; the limit is {Limits.TreeRangesMax}");
        }

        var ranges = new List<KeyRange>((int)count);
        for (var i = 0; i < count; i++)
        {
            ranges.Add(KeyRange.Read(ref reader, table));
        }

        reader.ExpectEnd("the request for ranges");
        return ranges;
    }
}

/// <summary>What a replica knows of a range.</summary>
/// <param name="IsKnown">False: too many leaves of it have changed to be read for one answer; cut it.</param>
/// <param name="Hash">The sum of the entries' hashes.</param>
/// <param name="Count">Entries.</param>
/// <param name="HasRecent">Some of the entries were written a moment ago.</param>
public readonly record struct RangeHash(bool IsKnown, UInt128 Hash, long Count, bool HasRecent)
{
    public bool IsEmpty => IsKnown && Count == 0;

    public static RangeHash Unknown => default;
}

/// <summary>The reply to a request for hashes.</summary>
/// <param name="Hashes">One for each range asked for.</param>
/// <param name="RowsRead">Entries read from the store to answer.</param>
public sealed record RangeHashes(IReadOnlyList<RangeHash> Hashes, long RowsRead)
{
    private const byte UnknownState = 0;
    private const byte KnownState = 1;
    private const byte HasRecentState = 2;

    public byte[] Encode()
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.WriteInt64(RowsRead);
        destination.WriteVariable((uint)Hashes.Count);
        foreach (var hash in Hashes)
        {
            destination.WriteByte(!hash.IsKnown ? UnknownState : hash.HasRecent ? HasRecentState : KnownState);
            if (hash.IsKnown)
            {
                destination.WriteUInt64((ulong)(hash.Hash >> 64));
                destination.WriteUInt64((ulong)hash.Hash);
                destination.WriteInt64(hash.Count);
            }
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a reply, or of another number of ranges than asked for.</exception>
    public static RangeHashes Decode(ReadOnlySpan<byte> body, int ranges)
    {
        var reader = new ByteReader(body);
        var rowsRead = reader.ReadInt64();
        if (reader.ReadVariable() != (uint)ranges || rowsRead is < 0 or > Limits.TreeRowsReadMax)
        {
            throw new MalformedDataException("hashes of another number of ranges than asked for, or more rows read than any answer reads");
        }

        var hashes = new RangeHash[ranges];
        for (var i = 0; i < ranges; i++)
        {
            hashes[i] = reader.ReadByte() switch
            {
                UnknownState => RangeHash.Unknown,
                (KnownState or HasRecentState) and var state =>
                    new RangeHash(true, new UInt128(reader.ReadUInt64(), reader.ReadUInt64()), reader.ReadInt64(), state == HasRecentState),
                var state => throw new MalformedDataException($"a range in state {state}"),
            };
            if (hashes[i].Count < 0)
            {
                throw new MalformedDataException($"a range of {hashes[i].Count} rows");
            }
        }

        reader.ExpectEnd("the hashes");
        return new RangeHashes(hashes, rowsRead);
    }
}

/// <summary>The reply to a request to cut a range: the bounds within it, in order; none if it is one leaf.</summary>
public static class RangeBounds
{
    public static byte[] Encode(IReadOnlyList<byte[]> bounds)
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.WriteVariable((uint)bounds.Count);
        foreach (var bound in bounds)
        {
            destination.WriteBlock(bound);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not bounds in order within the range.</exception>
    public static List<byte[]> Decode(ReadOnlySpan<byte> body, KeyRange range)
    {
        var reader = new ByteReader(body);
        var count = reader.ReadVariable();
        if (count > Limits.TreeRangesMax)
        {
            throw new MalformedDataException($"{count} bounds; the limit is {Limits.TreeRangesMax}");
        }

        var bounds = new List<byte[]>((int)count + 2) { range.Lower };
        for (var i = 0; i < count; i++)
        {
            var bound = reader.ReadBlock(Limits.DataKeyBytesMax, "bound");
            if (bound.SequenceCompareTo(bounds[^1]) <= 0 || bound.SequenceCompareTo(range.Upper) >= 0)
            {
                throw new MalformedDataException("bounds out of order");
            }

            bounds.Add(bound.ToArray());
        }

        bounds.Add(range.Upper);
        reader.ExpectEnd("the bounds");
        return bounds;
    }
}
