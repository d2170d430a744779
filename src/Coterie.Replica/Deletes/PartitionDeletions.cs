using System.Buffers;
using Coterie.Model.Deletes;
using Coterie.Model.Keys;
using Coterie.Storage;

namespace Coterie.Replica.Deletes;

/// <summary>
/// The deletions of the partition of a key: what shadows its rows, wherever in it they lie. For whoever reads rows by themselves, a leaf or a list of
/// keys: what a deletion shadows must leave a replica no more than what has been swept. Kept from one row to the next of the same partition.
/// </summary>
internal sealed class PartitionDeletions(IStorageEngine engine, PurgeLimit limit)
{
    /// <summary>Range tombstones of one partition that one sweep takes on. The rest waits for the next.</summary>
    public const int RangesMax = 10_000;

    private readonly ArrayBufferWriter<byte> _partitionKey = new();
    private readonly ArrayBufferWriter<byte> _value = new();
    private byte[] _prefix = [];

    public PartitionPurge Purge { get; } = new();

    public int PrefixLength => _prefix.Length;

    /// <summary>All bytes of a key up to its entry key. Of the partition last moved to.</summary>
    public ReadOnlySpan<byte> Prefix => _prefix;

    /// <summary>Moves to the partition of this key; where it stands there already nothing is read.</summary>
    /// <param name="dataKey">Of any entry.</param>
    /// <param name="purgeableOnly">
    /// Of the range tombstones show only those that the horizon allows to be swept, and at most <see cref="RangesMax"/>: for a sweep. Otherwise all.
    /// </param>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    /// <exception cref="Model.MalformedDataException">What was written is not what it should be.</exception>
    public void MoveTo(ReadOnlySpan<byte> dataKey, bool purgeableOnly)
    {
        _partitionKey.ResetWrittenCount();
        var prefix = dataKey[..DataKey.Read(dataKey, out _, out _, _partitionKey)];
        if (!prefix.SequenceEqual(_prefix))
        {
            _prefix = prefix.ToArray();
            Load(purgeableOnly);
        }
    }

    /// <summary>Forgets where it stands: what was read may have changed.</summary>
    public void Reset() => _prefix = [];

    public byte[] KeyOf(ReadOnlySpan<byte> entryKey) => [.. _prefix, .. entryKey];

    private void Load(bool purgeableOnly)
    {
        Purge.Begin(limit);
        _value.ResetWrittenCount();
        if (engine.Get(StorageArea.Data, KeyOf(EntryKey.Header), _value, cachedOnly: false) != GetResult.Found)
        {
            return;
        }

        Purge.Header(_value.WrittenSpan);
        if (!Purge.HasRanges)
        {
            return;
        }

        var shown = 0;
        using var cursor = engine.Scan(
            StorageArea.Data, KeyOf([(byte)EntryKind.RangeTombstone]), KeyOf([(byte)EntryKind.RangeTombstone + 1]), reverse: false);
        while (cursor.MoveNext() && (!purgeableOnly || shown < RangesMax))
        {
            if (!purgeableOnly || RowPurge.OldestPurgeable(cursor.Value) < limit.Horizon.Milliseconds)
            {
                Purge.Range(cursor.Key[_prefix.Length..], cursor.Value);
                shown++;
            }
        }
    }
}
