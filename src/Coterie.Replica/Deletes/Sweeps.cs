using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Model.Trees;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Deletes;

/// <summary>
/// Sweeps leaderless groups to their horizons, each once for each horizon: when an exchange begins, since horizons rise by exchanges only, and since there is
/// nothing to compare before it is done.
/// </summary>
/// <remarks>
/// Once a group has been swept to a horizon it stays so: nothing that it allows to be swept is taken any more, from nobody.
/// </remarks>
public sealed class Sweeps(LeafSweep sweep, TimeProvider time, ILogger<Sweeps> logger) : IAsyncDisposable
{
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
            var rule = sweep.RuleOf(table, group);
            foreach (var span in group.Ranges)
            {
                isDone &= await sweep.SweepAsync(rule, KeyRange.OfTokens(table, span.Start, span.End), _stopping.Token);
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

    private sealed record Run(FormationTime Horizon, Task<bool> Ends);
}
