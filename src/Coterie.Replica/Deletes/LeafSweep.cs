using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Trees;
using Coterie.Replica.Trees;
using Coterie.Storage.Trees;

namespace Coterie.Replica.Deletes;

/// <summary>Sweeps a range leaf by leaf. Leaves that hold nothing old enough, as far as is known, are not read; of those that are it is found out how old what is left is.</summary>
public sealed class LeafSweep(Sweeper sweeper, TreeLeaves leaves, TreeCounters counters)
{
    private const int LeavesAtATime = 64;

    internal SweepRule RuleOf(StorageId table, ReplicaGroup group) => sweeper.RuleOf(table, group);

    /// <summary>False: not all that the rule allows is swept; again later.</summary>
    public async Task<bool> SweepAsync(SweepRule rule, KeyRange range, CancellationToken cancellationToken)
    {
        var isDone = true;
        byte[]? next = range.Lower;
        while (next is not null && rule.Limit is { } limit)
        {
            var views = leaves.Survey.Unswept(next, range.Upper, limit.Horizon.Milliseconds, LeavesAtATime);
            next = views.Count == LeavesAtATime && views[^1].End.AsSpan().SequenceCompareTo(range.Upper) < 0 ? views[^1].End : null;
            foreach (var view in views)
            {
                isDone &= await SweepAsync(rule, range, view, cancellationToken);
            }
        }

        return isDone;
    }

    private async Task<bool> SweepAsync(SweepRule rule, KeyRange range, LeafView view, CancellationToken cancellationToken)
    {
        // A leaf at the end of the group's range belongs to another group too, and cannot be dated by looking at a part of it.
        var isWhole = range.Lower.AsSpan().SequenceCompareTo(view.Start) <= 0 && range.Upper.AsSpan().SequenceCompareTo(view.End) >= 0;
        var isDating = isWhole && leaves.TryBeginDating(view.Leaf);
        var part = range.Within(view.Start, view.End);
        var result = await sweeper.SweepAsync(rule, part.Lower, part.Upper, cancellationToken);
        counters.Read(result.Read);
        counters.Swept(result.Swept);
        if (isDating && result.IsDone)
        {
            leaves.EndDating(view.Leaf, result.OldestLeft);
        }

        return result.IsDone;
    }
}
