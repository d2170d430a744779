using Coterie.Model.Reads;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Reads.Reconciliation;

/// <summary>
/// Merges what replicas returned for the same read, and finds what each lacks. Pure.
/// </summary>
/// <remarks>
/// Short-read protection begins here: a replica that stopped has said nothing of what lies behind, so rows behind the earliest stop are not
/// verified and are left out; whoever wants more reads on from there. A partition limit stops a replica within one partition only: if enough live
/// rows are left before it after merging it does no harm, otherwise it becomes the stop.
/// </remarks>
/// <param name="command">What was read.</param>
/// <param name="responses">What was answered.</param>
/// <param name="horizons">Of each response: what it was read under.</param>
internal sealed class Reconciler(ReadCommand command, IReadOnlyList<ReadResponse> responses, IReadOnlyList<FormationTime> horizons)
{
    private readonly int[] _next = new int[responses.Count];
    private readonly PartitionRows?[] _parts = new PartitionRows?[responses.Count];
    private readonly List<PartitionRepair>[] _lacks = NewLists(responses.Count);
    private readonly List<PartitionRows> _merged = [];
    private ResumePoint? _stop;

    /// <exception cref="Model.MalformedDataException">A row cannot be decoded.</exception>
    public ReconciledRows Reconcile()
    {
        _stop = EarliestStop();
        while (TryTakePartition(out var first))
        {
            if (_stop is { } stop && ReadOrder.OfPartitions(first.Token, first.PartitionKey.Span, stop.Token, stop.PartitionKey.Span) > 0)
            {
                break;
            }

            MergePartition(first);
        }

        return new ReconciledRows(_merged, _stop, _lacks, horizons.Min());
    }

    private static List<PartitionRepair>[] NewLists(int count)
    {
        var lists = new List<PartitionRepair>[count];
        for (var i = 0; i < count; i++)
        {
            lists[i] = [];
        }

        return lists;
    }

    private ResumePoint? EarliestStop()
    {
        var stop = responses[0].StoppedAfter;
        for (var i = 1; i < responses.Count; i++)
        {
            var order = ReadOrder.OfStops(responses[i].StoppedAfter, stop, command.Reversed);
            stop = order < 0 ? responses[i].StoppedAfter : stop;
        }

        return stop;
    }

    /// <summary>Takes the next partition in order from every response that has it.</summary>
    private bool TryTakePartition(out PartitionRows first)
    {
        PartitionRows? found = null;
        for (var i = 0; i < responses.Count; i++)
        {
            if (Head(i) is { } head && (found is null || Compare(head, found) < 0))
            {
                found = head;
            }
        }

        first = found!;
        if (found is null)
        {
            return false;
        }

        for (var i = 0; i < responses.Count; i++)
        {
            var head = Head(i);
            _parts[i] = head is not null && Compare(head, found) == 0 ? head : null;
            _next[i] += _parts[i] is null ? 0 : 1;
        }

        return true;
    }

    private PartitionRows? Head(int response) =>
        _next[response] < responses[response].Partitions.Count ? responses[response].Partitions[_next[response]] : null;

    private static int Compare(PartitionRows left, PartitionRows right) =>
        ReadOrder.OfPartitions(left.Token, left.PartitionKey.Span, right.Token, right.PartitionKey.Span);

    private void MergePartition(PartitionRows first)
    {
        var merge = new PartitionMerge(_parts, command.Reversed, horizons.Max());
        var rowsEnd = RowsEnd(first, out var byPartitionLimit);
        var merged = merge.Merge(first, rowsEnd);
        if (byPartitionLimit)
        {
            if (LiveRows.OfRows(merged, command.NowSeconds) >= command.PartitionLimit)
            {
                merged = PartitionMerge.AsLimited(merged);
            }
            else
            {
                _stop = new ResumePoint(first.Token, first.PartitionKey, rowsEnd);
            }
        }

        if (merged.Rows.Count > 0 || !merged.Static.IsEmpty || merged.Ranges.Count > 0 || !merged.PartitionDeletion.IsNone)
        {
            _merged.Add(merged);
        }

        for (var i = 0; i < _parts.Length; i++)
        {
            if (merge.Lacks(i) is { Count: > 0 } entries)
            {
                _lacks[i].Add(new PartitionRepair(first.Token, first.PartitionKey, entries));
            }
        }
    }

    /// <summary>The last row of the partition of which every replica has told; empty: all of them.</summary>
    private ReadOnlyMemory<byte> RowsEnd(PartitionRows first, out bool byPartitionLimit)
    {
        ReadOnlyMemory<byte> end = default;
        if (_stop is { } stop && ReadOrder.OfPartitions(first.Token, first.PartitionKey.Span, stop.Token, stop.PartitionKey.Span) == 0)
        {
            end = stop.EntryKey;
        }

        byPartitionLimit = false;
        foreach (var part in _parts)
        {
            if (part is { Limited: true, Rows.Count: > 0 })
            {
                var last = part.Rows[^1].EntryKey;
                if (end.IsEmpty || ReadOrder.OfRows(last.Span, end.Span, command.Reversed) < 0)
                {
                    end = last;
                    byPartitionLimit = true;
                }
            }
        }

        return end;
    }
}
