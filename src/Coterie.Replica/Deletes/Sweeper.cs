using System.Buffers;
using Coterie.Cluster.Ring;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Replica.Trees;
using Coterie.Storage;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Deletes;

/// <summary>How the sweep of a range ended.</summary>
/// <param name="Swept">Entries that were removed or made smaller.</param>
/// <param name="Read">Entries looked at.</param>
/// <param name="IsDone">Nothing is left in it that the limit allows to be swept. False: it was written to meanwhile, or there was no room; again later.</param>
/// <param name="OldestLeft">No formation or expiry of anything that is left, and could be swept one day, is less (milliseconds).</param>
public readonly record struct SweepResult(long Swept, long Read, bool IsDone, long OldestLeft)
{
    public static SweepResult Nothing => new(0, 0, IsDone: true, long.MaxValue);
}

/// <summary>
/// Sweeps what a rule allows out of a range of keys, so many entries at a time: reads them on the I/O pool, works out what is left, and puts it in
/// place through the writer, which looks again where somebody has written since. See docs/decisions/0003-safe-deletes.md.
/// </summary>
/// <remarks>
/// The deletion of a partition or of a range of rows goes after everything that it shadows, which may lie far outside the range that was asked for: then
/// the whole partition is swept. Memory is that of one step, whatever the size of the partition.
/// </remarks>
public sealed class Sweeper(IStorageEngine engine, IStorageWriter writer, TreeLeaves leaves, Horizons horizons)
{
    private const int EntriesPerStep = 256;
    private const int BytesPerStep = 1024 * 1024;

    /// <summary>Times that one step is tried: each ends what the writer loop has time for where others write.</summary>
    private const int TriesMax = 8;

    /// <summary>Sweeps the keys from <paramref name="lower"/> up to, not including, <paramref name="upper"/>, to the horizon of the group that they belong to.</summary>
    /// <exception cref="IOException">The horizon could not be made durable: nothing was swept.</exception>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    /// <exception cref="Model.MalformedDataException">What was written is not what it should be, or the group is none of this node's.</exception>
    public Task<SweepResult> SweepAsync(StorageId table, ReplicaGroup group, byte[] lower, byte[] upper, CancellationToken cancellationToken) =>
        SweepAsync(RuleOf(table, group), lower, upper, cancellationToken);

    internal SweepRule RuleOf(StorageId table, ReplicaGroup group) => new HorizonRule(horizons, table, group);

    /// <summary>The same as far as a rule says.</summary>
    /// <exception cref="IOException">What the rule depends on could not be made durable: nothing was swept.</exception>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    /// <exception cref="Model.MalformedDataException">What was written is not what it should be.</exception>
    public async Task<SweepResult> SweepAsync(SweepRule rule, byte[] lower, byte[] upper, CancellationToken cancellationToken)
    {
        if (rule.Limit is not { } known)
        {
            return SweepResult.Nothing with { OldestLeft = long.MinValue };
        }

        if (await IsCleanAsync(known, lower, upper, cancellationToken) is { } clean)
        {
            // Nothing goes, so nothing need be refused for it.
            return clean;
        }

        var scope = new SweepScope(rule, await rule.BeginAsync());
        var total = SweepResult.Nothing;
        byte[]? next = lower;
        while (next is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!rule.Holds)
            {
                return total with { IsDone = false };
            }

            var step = await StepAsync(next, upper, scope, last: false);
            total = Sum(total, step.Result);
            foreach (var partition in step.Partitions)
            {
                total = Sum(total, await SweepPartitionAsync(partition, scope, cancellationToken));
            }

            next = step.Next;
        }

        return total;
    }

    /// <summary>Looks only. Null: there is something to sweep.</summary>
    private async Task<SweepResult?> IsCleanAsync(PurgeLimit limit, byte[] lower, byte[] upper, CancellationToken cancellationToken)
    {
        var total = SweepResult.Nothing;
        byte[]? next = lower;
        while (next is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var from = next;
            if (StorageWork<Step>.TryRun(engine, () => ReadStep(from, upper, limit, shown: null)) is not { } looking)
            {
                return total with { IsDone = false };
            }

            var step = await looking;
            if (step.Entries.Count > 0 || step.Partitions.Count > 0)
            {
                return null;
            }

            total = Sum(total, step.Result);
            next = step.Next;
        }

        return total;
    }

    /// <summary>All rows of the partition, then its deletions.</summary>
    private async Task<SweepResult> SweepPartitionAsync(byte[] prefix, SweepScope scope, CancellationToken cancellationToken)
    {
        var shown = new PartitionDeletions(engine, scope.Limit);
        var total = SweepResult.Nothing;
        byte[]? next = [.. prefix, (byte)EntryKind.Static];
        byte[] upper = [.. prefix, 0xFF];
        while (next is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = await StepAsync(next, upper, scope, last: false, shown);
            total = Sum(total, step.Result);
            next = step.Next;
        }

        return total.IsDone ? Sum(total, (await StepAsync(prefix, [.. prefix, (byte)EntryKind.RangeTombstone + 1], scope, last: true, shown)).Result) : total;
    }

    private async Task<Step> StepAsync(byte[] lower, byte[] upper, SweepScope scope, bool last, PartitionDeletions? shown = null)
    {
        var swept = 0;
        byte[]? next = null;
        for (var tries = 1; ; tries++)
        {
            // Where the first try ends the others end too, although entries have gone and there would be room for more.
            var end = next ?? upper;
            if (StorageWork<Work>.TryRun(engine, () => Prepare(lower, end, scope, last, shown)) is not { } preparing)
            {
                return Step.Undone(null, swept);
            }

            var (step, basis, isVisible) = await preparing;
            next = step.Next ?? next;
            step = step with { Next = next };
            var left = step.Entries.Count;
            if (left > 0)
            {
                var write = new SweepWrite(engine, leaves, basis, isVisible, scope, step.Entries);
                if (writer.TryEnqueue(write) && await write.Done == WriteResult.Durable)
                {
                    swept += write.Settled;
                    left -= write.Settled;
                }
            }

            if (left == 0)
            {
                return step with { Result = step.Result with { Swept = swept } };
            }

            if (tries == TriesMax)
            {
                return step with { Result = step.Result with { Swept = swept, IsDone = false }, Partitions = [] };
            }
        }
    }

    /// <summary>Reads once to see whether there is anything to sweep and where the step ends, and again with a basis for what is to be written.</summary>
    private Work Prepare(byte[] lower, byte[] upper, SweepScope scope, bool last, PartitionDeletions? shown)
    {
        var first = Read(lower, upper, scope, last, shown);
        if (first.Entries.Count == 0)
        {
            return new Work(first, default, IsVisible: true);
        }

        // What these leaves were last written with must be visible to the read that counts, so they are looked at before it.
        var basis = leaves.Survey.BasisOf(lower, first.Next ?? upper);
        var committed = leaves.CommittedBatch;
        var again = Read(lower, first.Next ?? upper, scope, last, shown);
        return new Work(again with { Next = again.Next ?? first.Next }, basis, basis.Leaves.All(leaf => leaf.LastBatch <= committed));
    }

    private Step Read(byte[] lower, byte[] upper, SweepScope scope, bool last, PartitionDeletions? shown) =>
        last ? ReadLast(lower, upper, shown!) : ReadStep(lower, upper, scope.Limit, shown);

    private static SweepResult Sum(SweepResult left, SweepResult right) =>
        new(left.Swept + right.Swept, left.Read + right.Read, left.IsDone && right.IsDone, Math.Min(left.OldestLeft, right.OldestLeft));

    /// <summary>Rows from <paramref name="lower"/> on, and the partitions of which a deletion can be swept, if they are not being swept already.</summary>
    private Step ReadStep(byte[] lower, byte[] upper, PurgeLimit limit, PartitionDeletions? shown)
    {
        var deletions = shown ?? new PartitionDeletions(engine, limit);
        var entries = new List<SweptEntry>();
        var partitions = new List<byte[]>();
        var left = new ArrayBufferWriter<byte>();
        var bytes = 0;
        long read = 0;
        var oldest = long.MaxValue;
        using var cursor = engine.Scan(StorageArea.Data, lower, upper, reverse: false);
        while (cursor.MoveNext())
        {
            if (read == EntriesPerStep || bytes >= BytesPerStep)
            {
                return new Step(entries, partitions, cursor.Key.ToArray(), new SweepResult(0, read, IsDone: true, oldest));
            }

            read++;
            deletions.MoveTo(cursor.Key, purgeableOnly: true);
            var entryKey = cursor.Key[deletions.PrefixLength..];
            if (entryKey[0] is (byte)EntryKind.Header or (byte)EntryKind.RangeTombstone)
            {
                if (shown is null && deletions.Purge.HasPurgeable && (partitions.Count == 0 || !deletions.Prefix.SequenceEqual(partitions[^1])))
                {
                    partitions.Add(deletions.Prefix.ToArray());
                }

                // Those that go are older than what stays, and go with the partition's sweep or make it undone.
                oldest = RowPurge.IsPurgeable(new RowReader(cursor.Value).RowDeletion, limit) ? oldest : Math.Min(oldest, RowPurge.OldestPurgeable(cursor.Value));
                continue;
            }

            left.ResetWrittenCount();
            var action = deletions.Purge.Row(entryKey, cursor.Value, left);
            if (action != PurgeAction.Remove)
            {
                oldest = Math.Min(oldest, RowPurge.OldestPurgeable(action == PurgeAction.Keep ? cursor.Value : left.WrittenSpan));
            }

            if (action != PurgeAction.Keep)
            {
                byte[]? rest = action == PurgeAction.Remove ? null : left.WrittenSpan.ToArray();
                entries.Add(new SweptEntry(cursor.Key.ToArray(), rest) { Over = deletions.Purge.Over(entryKey) });
                bytes += cursor.Key.Length + left.WrittenCount;
            }
        }

        return new Step(entries, partitions, null, new SweepResult(0, read, IsDone: true, oldest));
    }

    /// <summary>The header and the range tombstones as they are now, after all rows of the partition.</summary>
    private Step ReadLast(byte[] prefix, byte[] upper, PartitionDeletions shown)
    {
        var entries = new List<SweptEntry>();
        byte[]? header = null;
        var anyLeft = false;
        long read = 0;
        using var cursor = engine.Scan(StorageArea.Data, prefix, upper, reverse: false);
        while (cursor.MoveNext())
        {
            read++;
            var entryKey = cursor.Key[prefix.Length..];
            switch ((EntryKind)entryKey[0])
            {
                case EntryKind.Header:
                    header = cursor.Value.ToArray();
                    break;
                case EntryKind.RangeTombstone when entries.Count < PartitionDeletions.RangesMax && shown.Purge.LastRange(entryKey, cursor.Value) == PurgeAction.Remove:
                    entries.Add(new SweptEntry(cursor.Key.ToArray(), null) { Last = new LastEntry(cursor.Value.ToArray(), null) });
                    break;
                case EntryKind.RangeTombstone:
                    anyLeft = true;
                    break;
            }
        }

        var left = header is null ? null : HeaderLeft(shown, header, anyLeft);
        if (header is not null && !header.AsSpan().SequenceEqual(left))
        {
            // In front: entries are in the order of their keys.
            entries.Insert(0, new SweptEntry([.. prefix, .. EntryKey.Header], left) { Last = new LastEntry(header, HeaderLeft(shown, header, anyRangeLeft: true)) });
        }

        return new Step(entries, [], null, new SweepResult(0, read, IsDone: true, long.MaxValue));
    }

    private static byte[]? HeaderLeft(PartitionDeletions shown, byte[] header, bool anyRangeLeft)
    {
        var left = new ArrayBufferWriter<byte>();
        return shown.Purge.LastHeader(header, anyRangeLeft, left) switch
        {
            PurgeAction.Keep => header,
            PurgeAction.Remove => null,
            _ => left.WrittenSpan.ToArray(),
        };
    }

    private readonly record struct Work(Step Step, LeafBasis Basis, bool IsVisible);

    /// <param name="Next">Where to go on; null: at the end.</param>
    private sealed record Step(IReadOnlyList<SweptEntry> Entries, IReadOnlyList<byte[]> Partitions, byte[]? Next, SweepResult Result)
    {
        public static Step Undone(byte[]? next, int swept) => new([], [], next, SweepResult.Nothing with { Swept = swept, IsDone = false });
    }
}
