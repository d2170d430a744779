using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Model.Trees;
using Coterie.Replica.Trees;
using Coterie.Storage.Trees;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Deletes;

/// <summary>
/// Sweeps groups to their horizons, each once for each horizon: when an exchange begins, since horizons rise by exchanges only, and since there is
/// nothing to compare before it is done. Leaves that hold nothing old enough are not read.
/// </summary>
/// <remarks>
/// Once a group has been swept to a horizon it stays so: nothing that it allows to be swept is taken any more, from nobody.
/// </remarks>
public sealed class Sweeps(Sweeper sweeper, TreeLeaves leaves, TimeProvider time, TreeCounters counters, ILogger<Sweeps> logger) : IAsyncDisposable
{
    private const int LeavesAtATime = 64;

    /// <summary>How long an exchange waits for a sweep to end; then it begins again later, and the sweep goes on.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FormationTime> _sweptTo = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Run> _running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Whether the group is swept to the horizon, which it has; if it is not, that is done first, as far as it can be done soon.</summary>
    public async Task<bool> IsSweptAsync(StorageId table, ReplicaGroup group, FormationTime horizon)
    {
        var key = HorizonStore.KeyOf(table, group);
        Run? running;
        lock (_lock)
        {
            if (horizon == default || (_sweptTo.TryGetValue(key, out var swept) && swept.CompareTo(horizon) >= 0))
            {
                return true;
            }

            if (_stopping.IsCancellationRequested)
            {
                return false;
            }

            if (!_running.TryGetValue(key, out running))
            {
                _running[key] = running = new Run(horizon, RunAsync(key, table, group, horizon));
            }
        }

        try
        {
            // One to an earlier horizon has not looked at what became old enough since: then this is for the next exchange to find.
            return await running.Ends.WaitAsync(WaitMax, time) && running.Horizon.CompareTo(horizon) >= 0;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        Task[] running;
        lock (_lock)
        {
            running = [.. _running.Values.Select(static run => run.Ends)];
        }

        await Task.WhenAll(running);
        _stopping.Dispose();
    }

    private async Task<bool> RunAsync(string key, StorageId table, ReplicaGroup group, FormationTime horizon)
    {
        // Not under the lock of who asks.
        await Task.Yield();
        var isDone = false;
        try
        {
            isDone = true;
            foreach (var span in group.Ranges)
            {
                isDone &= await SweepAsync(table, group, KeyRange.OfTokens(table, span.Start, span.End), horizon);
            }
        }
        catch (OperationCanceledException)
        {
            isDone = false;
        }
        catch (Exception exception)
        {
            // Whatever the disk does: this sweep has failed, and the next one is tried.
            ReplicaLog.SweepFailed(logger, table, exception);
            isDone = false;
        }

        lock (_lock)
        {
            _running.Remove(key);
            if (isDone)
            {
                _sweptTo[key] = horizon;
            }
        }

        return isDone;
    }

    private async Task<bool> SweepAsync(StorageId table, ReplicaGroup group, KeyRange range, FormationTime horizon)
    {
        var isDone = true;
        byte[]? next = range.Lower;
        while (next is not null)
        {
            var views = leaves.Survey.Unswept(next, range.Upper, horizon.Milliseconds, LeavesAtATime);
            next = views.Count == LeavesAtATime && views[^1].End.AsSpan().SequenceCompareTo(range.Upper) < 0 ? views[^1].End : null;
            foreach (var view in views)
            {
                isDone &= await SweepAsync(table, group, range, view);
            }
        }

        return isDone;
    }

    private async Task<bool> SweepAsync(StorageId table, ReplicaGroup group, KeyRange range, LeafView view)
    {
        // A leaf at the end of the group's range belongs to another group too, and cannot be dated by looking at a part of it.
        var isWhole = range.Lower.AsSpan().SequenceCompareTo(view.Start) <= 0 && range.Upper.AsSpan().SequenceCompareTo(view.End) >= 0;
        var isDating = isWhole && leaves.TryBeginDating(view.Leaf);
        var part = range.Within(view.Start, view.End);
        var result = await sweeper.SweepAsync(table, group, part.Lower, part.Upper, _stopping.Token);
        counters.Read(result.Read);
        counters.Swept(result.Swept);
        if (isDating && result.IsDone)
        {
            leaves.EndDating(view.Leaf, result.OldestLeft);
        }

        return result.IsDone;
    }

    private sealed record Run(FormationTime Horizon, Task<bool> Ends);
}
