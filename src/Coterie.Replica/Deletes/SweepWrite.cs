using System.Buffers;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Rows;
using Coterie.Storage;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Deletes;

/// <summary>What becomes of one entry: what is left of it, or nothing.</summary>
/// <param name="Left">Null: it is removed.</param>
internal readonly record struct SweptEntry(byte[] Key, byte[]? Left)
{
    /// <summary>Of a row: the deletion of its partition or of a range that it lies under.</summary>
    public Deletion Over { get; init; }

    /// <summary>Of a header or a range tombstone.</summary>
    public LastEntry? Last { get; init; }
}

/// <summary>A header or a range tombstone, which goes after all rows that it shadows.</summary>
/// <param name="Seen">As it was read. Another one has not had its rows swept.</param>
/// <param name="LeftAmongWrites">
/// What is left of it where others write: a header keeps saying that there are range tombstones, because there may be a new one. Null: it is removed.
/// </param>
internal sealed record LastEntry(byte[] Seen, byte[]? LeftAmongWrites);

/// <summary>One sweep: why it may sweep, and how far.</summary>
internal sealed record SweepScope(SweepRule Rule, PurgeLimit Limit);

/// <summary>
/// Puts what a sweep has left of some entries in their place. Entries are merged blindly, and what is put over one that has just been merged would swallow it: so
/// where their leaves were written to since they were read, each is looked at again, on the writer loop, where nobody writes between.
/// </summary>
/// <remarks>
/// Tried and rejected: to read and try again until the leaves rest. A small table that is written with every sync is one leaf that never does.
/// </remarks>
internal sealed class SweepWrite(
    IStorageEngine engine, TreeLeaves leaves, LeafBasis basis, bool isVisible, SweepScope scope, IReadOnlyList<SweptEntry> entries)
    : ConditionalWrite(leaves, basis)
{
    /// <summary>Entries that the writer loop, which all writes wait for, looks at again; the rest is for the next try.</summary>
    private const int LookedAtMax = 64;

    /// <summary>What it reads of them, whatever their number: the entry that reaches this is the last.</summary>
    private const int LookedAtBytesMax = 1024 * 1024;

    private readonly TaskCompletionSource<WriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override int Bytes => entries.Sum(entry => entry.Key.Length + (entry.Left?.Length ?? 0));

    public Task<WriteResult> Done => _done.Task;

    /// <summary>Entries of which nothing is left that was to be swept. Valid once it is durable.</summary>
    public int Settled { get; private set; }

    public override void Completed(WriteResult result) => _done.SetResult(result);

    protected override void AppendUnchanged(StorageBatch batch)
    {
        if (!isVisible)
        {
            AppendChanged(batch);
            return;
        }

        if (!scope.Rule.Holds)
        {
            return;
        }

        foreach (var entry in entries)
        {
            Put(batch, entry.Key, entry.Left);
        }

        Settled = entries.Count;
    }

    protected override void AppendChanged(StorageBatch batch)
    {
        if (!scope.Rule.Holds)
        {
            return;
        }

        // Whatever was committed before is visible here; what this batch holds so far comes on top.
        var now = new byte[]?[Math.Min(entries.Count, LookedAtMax)];
        var isKnown = new bool[now.Length];
        var looked = 0;
        for (var bytes = 0; looked < now.Length && bytes < LookedAtBytesMax; looked++)
        {
            isKnown[looked] = TryGet(entries[looked].Key, out now[looked]);
            bytes += now[looked]?.Length ?? 0;
        }

        Array.Resize(ref now, looked);

        foreach (var item in batch)
        {
            if (item.Area == StorageArea.Data)
            {
                Apply(item, now, isKnown);
            }
        }

        for (var i = 0; i < now.Length; i++)
        {
            Settled += isKnown[i] && TrySweep(batch, entries[i], now[i]) ? 1 : 0;
        }
    }

    /// <summary>False: the disk would have to be waited for, or has damaged bytes, which whoever reads them the usual way meets too.</summary>
    private bool TryGet(byte[] key, out byte[]? row)
    {
        var value = new ArrayBufferWriter<byte>();
        row = null;
        try
        {
            var result = engine.Get(StorageArea.Data, key, value, cachedOnly: true);
            row = result == GetResult.Found ? value.WrittenSpan.ToArray() : null;
            return result != GetResult.NotCached;
        }
        catch (StorageCorruptException)
        {
            return false;
        }
    }

    private void Apply(in StorageBatch.Item item, byte[]?[] now, bool[] isKnown)
    {
        var at = LowerBound(item.Key, now.Length);
        if (item.Operation == BatchOperation.DeleteRange)
        {
            for (; at < now.Length && entries[at].Key.AsSpan().SequenceCompareTo(item.Value) < 0; at++)
            {
                (now[at], isKnown[at]) = (null, true);
            }

            return;
        }

        if (at == now.Length || !item.Key.SequenceEqual(entries[at].Key))
        {
            return;
        }

        switch (item.Operation)
        {
            case BatchOperation.Put:
                (now[at], isKnown[at]) = (item.Value.ToArray(), true);
                break;
            case BatchOperation.Delete:
                (now[at], isKnown[at]) = (null, true);
                break;
            default:
                isKnown[at] = isKnown[at] && TryMerge(ref now[at], item.Value);
                break;
        }
    }

    private static bool TryMerge(ref byte[]? row, ReadOnlySpan<byte> operand)
    {
        if (row is null)
        {
            row = operand.ToArray();
            return true;
        }

        try
        {
            var merged = new ArrayBufferWriter<byte>(row.Length + operand.Length);
            RowMerge.Merge(row, operand, merged);
            row = merged.WrittenSpan.ToArray();
            return true;
        }
        catch (MalformedDataException)
        {
            return false;
        }
    }

    private bool TrySweep(StorageBatch batch, in SweptEntry entry, byte[]? now)
    {
        if (now is null)
        {
            return true;
        }

        if (entry.Last is { } last)
        {
            if (!now.AsSpan().SequenceEqual(last.Seen))
            {
                return false;
            }

            PutIfDifferent(batch, entry.Key, now, last.LeftAmongWrites);
            return true;
        }

        try
        {
            var left = new ArrayBufferWriter<byte>(now.Length + 1);
            byte[]? rest = RowPurge.Apply(now, entry.Over, scope.Limit, left) ? left.WrittenSpan.ToArray() : null;
            PutIfDifferent(batch, entry.Key, now, rest);
            return true;
        }
        catch (MalformedDataException)
        {
            return false;
        }
    }

    private static void PutIfDifferent(StorageBatch batch, byte[] key, byte[] now, byte[]? left)
    {
        if (left is null || !now.AsSpan().SequenceEqual(left))
        {
            Put(batch, key, left);
        }
    }

    private static void Put(StorageBatch batch, byte[] key, byte[]? left)
    {
        if (left is null)
        {
            batch.Delete(StorageArea.Data, key);
        }
        else
        {
            batch.NoteFormed(RowPurge.OldestPurgeable(left));
            batch.Put(StorageArea.Data, key, left);
        }
    }

    /// <summary>The first of so many entries whose key is not before this one.</summary>
    private int LowerBound(ReadOnlySpan<byte> key, int count)
    {
        int low = 0, high = count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (entries[middle].Key.AsSpan().SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
