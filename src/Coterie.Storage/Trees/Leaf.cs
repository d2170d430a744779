using System.Buffers.Binary;
using Coterie.Model;

namespace Coterie.Storage.Trees;

/// <summary>
/// A run of entries of one table: from its own start to the next leaf's. Changed by the writer loop alone; whoever reads it on another thread
/// holds the index's lock, or compares <see cref="LastBatch"/> before and after.
/// </summary>
public sealed class Leaf
{
    private const int RecordBytes = 1 + 16 + 8 + 8;
    private const int TombstonesRecordBytes = RecordBytes + 8;
    private const byte DirtyState = 0;
    private const byte CleanState = 1;

    /// <summary>Clean, and the number of tombstones behind the rest: only where there are some, so that most records are as short as they were.</summary>
    private const byte TombstonesState = 2;

    private Leaf(byte[] start)
    {
        Start = start;
        Prefix = PrefixOf(start);
    }

    /// <summary>The least key that belongs to it. The first leaf of a table starts with the table's storage id alone.</summary>
    public byte[] Start { get; }

    /// <summary>The hash below is that of the entries. Not so since the last write: dirty.</summary>
    public bool IsClean { get; private set; }

    /// <summary>The sum of the hashes of its entries, while it is clean.</summary>
    public UInt128 Hash { get; private set; }

    /// <summary>Entries when it was last read.</summary>
    public long Count { get; private set; }

    /// <summary>Of these, those that held a tombstone or an expired cell.</summary>
    public long Tombstones { get; private set; }

    /// <summary>
    /// No formation time or expiry, in milliseconds, of anything in it that could be swept one day is less. <see cref="long.MaxValue"/>: there is
    /// nothing; <see cref="long.MinValue"/>: not known.
    /// </summary>
    public long OldestPurgeable { get; private set; } = long.MinValue;

    /// <summary>The number of the batch that last wrote to it; 0: none since the start.</summary>
    public long LastBatch { get; internal set; }

    /// <summary>Writes since it was last read: about how many entries it may have more than it had.</summary>
    public int WritesSince { get; internal set; }

    /// <summary>Nobody wants its hash: it waits to be read only once it has grown far beyond what a leaf should hold.</summary>
    internal bool IsLetAlone { get; set; }

    /// <summary>The token of <see cref="Start"/>: compared first, since most leaves differ in it.</summary>
    internal ulong Prefix { get; }

    public static Leaf Dirty(byte[] start, long oldestPurgeable = long.MinValue) => new(start) { OldestPurgeable = oldestPurgeable };

    public static Leaf Clean(byte[] start, UInt128 hash, long count, long oldestPurgeable, long tombstones = 0)
    {
        var leaf = new Leaf(start);
        leaf.SetClean(hash, count, oldestPurgeable, tombstones);
        return leaf;
    }

    /// <exception cref="MalformedDataException">Not a record of a leaf.</exception>
    public static Leaf Decode(ReadOnlySpan<byte> start, ReadOnlySpan<byte> record)
    {
        if (record.Length == 1 && record[0] == DirtyState)
        {
            return new Leaf(start.ToArray());
        }

        var hasTombstones = record.Length == TombstonesRecordBytes && record[0] == TombstonesState;
        if (!hasTombstones && (record.Length != RecordBytes || record[0] != CleanState))
        {
            throw new MalformedDataException($"A leaf's record of {record.Length} bytes.");
        }

        return Clean(
            start.ToArray(),
            BinaryPrimitives.ReadUInt128BigEndian(record[1..]),
            BinaryPrimitives.ReadInt64BigEndian(record[17..]),
            BinaryPrimitives.ReadInt64BigEndian(record[25..]),
            hasTombstones ? BinaryPrimitives.ReadInt64BigEndian(record[RecordBytes..]) : 0);
    }

    public void PutRecord(StorageBatch batch)
    {
        if (!IsClean)
        {
            PutDirty(batch);
            return;
        }

        Span<byte> record = stackalloc byte[TombstonesRecordBytes];
        record[0] = Tombstones > 0 ? TombstonesState : CleanState;
        BinaryPrimitives.WriteUInt128BigEndian(record[1..], Hash);
        BinaryPrimitives.WriteInt64BigEndian(record[17..], Count);
        BinaryPrimitives.WriteInt64BigEndian(record[25..], OldestPurgeable);
        BinaryPrimitives.WriteInt64BigEndian(record[RecordBytes..], Tombstones);
        batch.Put(StorageArea.Trees, Start, Tombstones > 0 ? record : record[..RecordBytes]);
    }

    internal static ulong PrefixOf(ReadOnlySpan<byte> key) =>
        key.Length >= sizeof(uint) + sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(key[sizeof(uint)..]) : 0;

    internal void PutDirty(StorageBatch batch) => batch.Put(StorageArea.Trees, Start, [DirtyState]);

    internal void SetDirty() => IsClean = false;

    /// <summary>As <see cref="OldestPurgeable"/>, of what was written since somebody began to look.</summary>
    internal long OldestNoted { get; set; } = long.MaxValue;

    internal void NoteFormed(long oldest)
    {
        OldestPurgeable = Math.Min(OldestPurgeable, oldest);
        OldestNoted = Math.Min(OldestNoted, oldest);
    }

    internal void SetOldest(long oldest) => OldestPurgeable = oldest;

    internal void SetCleanAgain() => IsClean = true;

    internal void SetClean(UInt128 hash, long count, long oldestPurgeable, long tombstones)
    {
        Tombstones = tombstones;
        Hash = hash;
        Count = count;
        OldestPurgeable = oldestPurgeable;
        WritesSince = 0;
        IsClean = true;
    }

    /// <summary>-1, 0, 1 as the leaf's start is before, at, behind the key.</summary>
    internal int CompareStartTo(ulong prefix, ReadOnlySpan<byte> key)
    {
        var order = Prefix.CompareTo(prefix);
        return order != 0 ? order : Start.AsSpan().SequenceCompareTo(key);
    }
}
