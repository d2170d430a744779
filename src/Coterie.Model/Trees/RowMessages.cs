using System.Buffers;
using Coterie.Model.Wire;

namespace Coterie.Model.Trees;

/// <summary>What a replica tells of one entry, so that two can be compared without being sent.</summary>
/// <param name="Key">In the engine's form.</param>
/// <param name="Digest">Salted for this exchange: <see cref="EntryHash.Short"/>.</param>
/// <param name="Newest">The newest timestamp in it, microseconds: which of two goes first.</param>
/// <param name="IsRecent">Written here a moment ago.</param>
/// <param name="HasOldTombstone">It holds a tombstone, or an expired cell, from before the cut of the exchange.</param>
public readonly record struct RowSummary(byte[] Key, ulong Digest, long Newest, bool IsRecent, bool HasOldTombstone)
{
    private const byte RecentFlag = 1;
    private const byte OldTombstoneFlag = 2;

    public void Write(IBufferWriter<byte> destination)
    {
        destination.WriteBlock(Key);
        destination.WriteUInt64(Digest);
        destination.WriteInt64(Newest);
        destination.WriteByte((byte)((IsRecent ? RecentFlag : 0) | (HasOldTombstone ? OldTombstoneFlag : 0)));
    }

    /// <exception cref="MalformedDataException">Not a summary of an entry in the range.</exception>
    public static RowSummary Read(ref ByteReader reader, KeyRange range)
    {
        var key = reader.ReadBlock(Limits.DataKeyBytesMax, "key");
        if (key.SequenceCompareTo(range.Lower) < 0 || key.SequenceCompareTo(range.Upper) >= 0)
        {
            throw new MalformedDataException("a row outside of the range asked for");
        }

        var digest = reader.ReadUInt64();
        var newest = reader.ReadInt64();
        var flags = reader.ReadByte();
        return flags <= (RecentFlag | OldTombstoneFlag)
            ? new RowSummary(key.ToArray(), digest, newest, (flags & RecentFlag) != 0, (flags & OldTombstoneFlag) != 0)
            : throw new MalformedDataException($"unknown flags {flags} of a row");
    }
}

/// <summary>
/// The reply to a request for the rows of a range: all of them, or, if they are more than one answer holds, where the range is to be cut.
/// </summary>
/// <param name="CutAt">Null: complete.</param>
/// <param name="Rows">In order of keys.</param>
/// <param name="RowsRead">Entries read from the store to answer.</param>
public sealed record RowSummaries(byte[]? CutAt, IReadOnlyList<RowSummary> Rows, long RowsRead)
{
    public void Encode(IBufferWriter<byte> destination)
    {
        destination.WriteInt64(RowsRead);
        destination.WriteBlock(CutAt ?? []);
        destination.WriteVariable((uint)Rows.Count);
        foreach (var row in Rows)
        {
            row.Write(destination);
        }
    }

    /// <exception cref="MalformedDataException">Not such a reply to a request for this range.</exception>
    public static RowSummaries Read(ref ByteReader reader, KeyRange range)
    {
        var rowsRead = reader.ReadInt64();
        var cutAt = reader.ReadBlock(Limits.DataKeyBytesMax, "cut");
        if (rowsRead is < 0 or > Limits.TreeRowsReadMax || (!cutAt.IsEmpty && (cutAt.SequenceCompareTo(range.Lower) <= 0 || cutAt.SequenceCompareTo(range.Upper) >= 0)))
        {
            throw new MalformedDataException("a cut outside of the range asked for, or more rows read than any answer reads");
        }

        var count = reader.ReadVariable();
        if (count > Limits.TreeRowsMax)
        {
            throw new MalformedDataException($"{count} rows; the limit is {Limits.TreeRowsMax}");
        }

        var rows = new List<RowSummary>((int)count);
        for (var i = 0; i < count; i++)
        {
            var row = RowSummary.Read(ref reader, range);
            if (i > 0 && row.Key.AsSpan().SequenceCompareTo(rows[i - 1].Key) <= 0)
            {
                throw new MalformedDataException("rows out of order");
            }

            rows.Add(row);
        }

        // A conditional of two spans would make an absent cut an empty one.
        byte[]? cut = cutAt.IsEmpty ? null : cutAt.ToArray();
        return new RowSummaries(cut, rows, rowsRead);
    }
}

/// <summary>The request that names the digests of one side's rows of a range, and the reply: which of them are of no row of the other side, and its rows that are not among them.</summary>
public static class RowDifference
{
    public static byte[] Request(in TreeRequestHead head, KeyRange range, IReadOnlyList<RowSummary> rows)
    {
        var destination = new ArrayBufferWriter<byte>();
        head.Write(destination);
        range.Write(destination);
        destination.WriteVariable((uint)rows.Count);
        foreach (var row in rows)
        {
            destination.WriteUInt64(row.Digest);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a request.</exception>
    public static ulong[] ReadDigests(ref ByteReader reader)
    {
        var count = reader.ReadVariable();
        if (count > Limits.TreeRowsMax)
        {
            throw new MalformedDataException($"{count} digests; the limit is {Limits.TreeRowsMax}");
        }

        var digests = new ulong[count];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = reader.ReadUInt64();
        }

        reader.ExpectEnd("the digests");
        return digests;
    }

    /// <param name="unknown">Indexes into the digests asked about, rising.</param>
    /// <param name="others">The rows that are not among them.</param>
    public static byte[] Reply(IReadOnlyList<int> unknown, RowSummaries others)
    {
        var destination = new ArrayBufferWriter<byte>();
        others.Encode(destination);
        destination.WriteVariable((uint)unknown.Count);
        foreach (var index in unknown)
        {
            destination.WriteVariable((uint)index);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a reply to a request for this range with so many digests.</exception>
    public static (IReadOnlyList<int> Unknown, RowSummaries Others) ReadReply(ReadOnlySpan<byte> body, KeyRange range, int digests)
    {
        var reader = new ByteReader(body);
        var others = RowSummaries.Read(ref reader, range);
        var count = reader.ReadVariable();
        if (count > (uint)digests)
        {
            throw new MalformedDataException("more unknown rows than were asked about");
        }

        var unknown = new int[count];
        var least = 0u;
        for (var i = 0; i < unknown.Length; i++)
        {
            var index = reader.ReadVariable();
            if (index < least || index >= (uint)digests)
            {
                throw new MalformedDataException("an unknown row that was not asked about");
            }

            unknown[i] = (int)index;
            least = index + 1;
        }

        reader.ExpectEnd("the difference");
        return (unknown, others);
    }
}

/// <summary>
/// Entries on their way from one replica to another: key and row as they are stored. A repair carries the horizon of its source in front.
/// </summary>
public static class EntryList
{
    public static void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> row, IBufferWriter<byte> destination)
    {
        destination.WriteBlock(key);
        destination.WriteBlock(row);
    }

    /// <summary>False at the end.</summary>
    /// <exception cref="MalformedDataException">What follows is not an entry.</exception>
    public static bool TryRead(ref ByteReader reader, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> row)
    {
        key = row = default;
        if (reader.Remaining == 0)
        {
            return false;
        }

        key = reader.ReadBlock(Limits.DataKeyBytesMax, "key");
        row = reader.ReadBlock(Limits.PeerFrameBytesMax, "row");
        return true;
    }
}

/// <summary>The request for the rows with some keys.</summary>
public static class RowKeys
{
    /// <summary>Of the keys from an index on, those that one request may name: at least one.</summary>
    public static List<byte[]> Some(IReadOnlyList<byte[]> keys, int from)
    {
        var some = new List<byte[]>();
        var bytes = 0;
        for (var i = from; i < keys.Count && some.Count < Limits.TreeRowsMax && bytes < Limits.TreeKeyBytesMax; i++)
        {
            some.Add(keys[i]);
            bytes += keys[i].Length;
        }

        return some;
    }

    public static byte[] Request(in TreeRequestHead head, IReadOnlyList<byte[]> keys)
    {
        var destination = new ArrayBufferWriter<byte>();
        head.Write(destination);
        destination.WriteVariable((uint)keys.Count);
        foreach (var key in keys)
        {
            destination.WriteBlock(key);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a request, or a key of another table.</exception>
    public static List<byte[]> Read(ref ByteReader reader, Ids.StorageId table)
    {
        var count = reader.ReadVariable();
        if (count > Limits.TreeRowsMax)
        {
            throw new MalformedDataException($"{count} keys; the limit is {Limits.TreeRowsMax}");
        }

        var keys = new List<byte[]>((int)count);
        for (var i = 0; i < count; i++)
        {
            var key = reader.ReadBlock(Limits.DataKeyBytesMax, "key");
            if (key.Length < Coterie.Model.Keys.DataKey.TokenStartBytes || System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key) != table.Value)
            {
                throw new MalformedDataException("a key of another table");
            }

            keys.Add(key.ToArray());
        }

        reader.ExpectEnd("the keys");
        return keys;
    }
}
