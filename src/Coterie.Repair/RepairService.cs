using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Repair.Exchanges;
using Coterie.Repair.Schedule;

namespace Coterie.Repair;

/// <summary>
/// Anti-entropy: compares, all the time and by itself, what this node holds with each other replica of it, and lets each have what it lacks; and does so
/// at once when somebody asks. One comparison at a time by itself, so that it stays in the background.
/// </summary>
public sealed class RepairService : IAsyncDisposable
{
    private const int AttemptsMax = 30;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly RepairParts _parts;
    private readonly RepairSchedule _schedule;
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _started;
    private readonly Lock _lock = new();
    private readonly List<Task> _runs = [];
    private Task _loop = Task.CompletedTask;

    public RepairService(RepairParts parts)
    {
        _parts = parts;
        _schedule = new RepairSchedule(parts.Options);
        _started = parts.Time.GetTimestamp();
    }

    private TimeSpan Now => _parts.Time.GetElapsedTime(_started);

    /// <summary>On the caller's scheduler.</summary>
    public void Start()
    {
        _parts.Liveness.Changed += LivenessChanged;
        if (_parts.Options.Enabled)
        {
            _loop = RunAsync();
        }
    }

    /// <summary>Compares at once what the run names, as far as this node drives it, as fast as it goes. The run tells how far it is.</summary>
    /// <returns>False if the node is stopping: nothing has begun.</returns>
    public bool Begin(RepairRun run)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
            {
                return false;
            }

            _runs.RemoveAll(static task => task.IsCompleted);
            _runs.Add(RunAsync(run));
            return true;
        }
    }

    /// <summary>All that this node drives, by table and peer, and how each stands.</summary>
    public IReadOnlyList<RepairPair> Pairs() =>
    [
        .. from target in Targets()
           where !target.IsAlone
           let state = _parts.Counters.StateOf(target.Key)
           group state by (target.Table.Keyspace, target.Table.Name, target.Peer) into pair
           select new RepairPair(
               pair.Key.Keyspace,
               pair.Key.Name,
               pair.Key.Peer,
               pair.Any(static state => state.EqualAt is null) ? null : pair.Min(static state => state.EqualAt),
               pair.FirstOrDefault(static state => state.Failure is not null).Failure),
    ];

    public async ValueTask DisposeAsync()
    {
        _parts.Liveness.Changed -= LivenessChanged;
        Task[] runs;
        lock (_lock)
        {
            _stopping.Cancel();
            runs = [.. _runs];
        }

        await _loop;

        await Task.WhenAll(runs);
        _stopping.Dispose();
    }

    private List<RepairTarget> Targets() => RepairTarget.DrivenBy(_parts.Self, _parts.Metadata.Current, _parts.Maps);

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Tick, _parts.Time, _stopping.Token);
                await CompareDueAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception exception)
        {
            _parts.Logger.Stopped(exception);
            _parts.Broken(exception);
        }
    }

    private async Task CompareDueAsync()
    {
        var targets = Targets();
        ForgetAllBut(targets);
        lock (_lock)
        {
            _schedule.Update(targets, Now);
        }

        while (Next() is { } target)
        {
            var part = new RepairPart(target.Table.Keyspace, target.Table.Name, target.Peer, new ExchangeFigures());
            await CompareAsync(target, part, dryRun: false, _parts.Options.RowsPerSecond);
            lock (_lock)
            {
                _schedule.Ended(target, part.Failure is null && !part.IsRefilling, Now);
            }
        }
    }

    private RepairTarget? Next()
    {
        lock (_lock)
        {
            return _schedule.Next(Now, _parts.Liveness.IsAlive);
        }
    }

    private async Task RunAsync(RepairRun run)
    {
        try
        {
            await Task.Yield();
            var targets = Targets();
            ForgetAllBut(targets);
            targets = targets.FindAll(target => !target.IsAlone &&
                (run.Keyspace is null || target.Table.Keyspace == run.Keyspace) && (run.Table is null || target.Table.Name == run.Table));
            run.PartsTotal = targets.Count;
            foreach (var target in targets)
            {
                await CompareAsync(run, target);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception exception)
        {
            _parts.Logger.Stopped(exception);
            _parts.Broken(exception);
        }
        finally
        {
            run.IsDone = true;
        }
    }

    private async Task CompareAsync(RepairRun run, RepairTarget target)
    {
        var part = new RepairPart(target.Table.Keyspace, target.Table.Name, target.Peer, new ExchangeFigures());
        var started = _parts.Time.GetTimestamp();
        run.Add(part);
        for (var attempt = 1; ; attempt++)
        {
            await CompareAsync(target, part, run.DryRun, rowsPerSecond: null);
            if (part.Failure is null || attempt == AttemptsMax || !_parts.Liveness.IsAlive(target.Peer))
            {
                break;
            }

            await Task.Delay(Tick, _parts.Time, _stopping.Token);
        }

        part.Elapsed = _parts.Time.GetElapsedTime(started);
        part.IsDone = true;
    }

    private async Task CompareAsync(RepairTarget target, RepairPart part, bool dryRun, int? rowsPerSecond)
    {
        var began = _parts.Time.GetUtcNow();
        var figures = part.Figures;
        var before = new ExchangeFigures();
        before.Add(figures);
        try
        {
            var replicas = new ReplicaRequests(_parts.Messenger, _parts.Self, _parts.Options.RequestTimeout, figures, _stopping.Token);
            var rules = new DeletionRules(target.Table.Options.GcGrace, _parts.ClockSkewMax);
            var clock = ExchangeClock.Of(_parts.Time, _stopping.Token);
            var session = new ExchangeSession(target.Table.StorageId, rules, target.Group, _parts.Self, target.Peer, replicas, clock);
            var pace = new Pace(_parts.Time, figures, rowsPerSecond, _stopping.Token);
            var begun = new FormationTime(began.ToUnixTimeMilliseconds());
            var salt = (ulong)_parts.Random.NextInt64();
            if (dryRun)
            {
                await session.RunDryAsync(begun, figures, salt, pace.WaitAsync);
            }
            else
            {
                part.IsRefilling = await session.RunAsync(begun, figures, salt, pace.WaitAsync);
            }

            part.Failure = null;
            if (!dryRun || figures.RowsDifferent == before.RowsDifferent)
            {
                _parts.Counters.BecameEqual(target.Key, new LastEqual(target.Table.Keyspace, target.Table.Name, target.Peer, began));
            }
        }
        catch (ExchangeFailedException exception)
        {
            part.Failure = exception.Message;
            _parts.Logger.ExchangeFailed(target.Table.Keyspace, target.Table.Name, target.Peer, exception.Message);
        }
        catch (MalformedDataException exception)
        {
            part.Failure = $"An answer that cannot be: {exception.Message}";
            _parts.Logger.Nonsense(target.Table.Keyspace, target.Table.Name, target.Peer, exception.Message);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or BrokenInvariantException))
        {
            // The edge of one exchange: whatever is in the way of this one, a message too large for a frame or memory that is short, is not in the way
            // of the others, and no reason to stop the node.
            part.Failure = exception.Message;
            _parts.Logger.ExchangeBroken(target.Table.Keyspace, target.Table.Name, target.Peer, exception);
        }

        var done = ExchangeFigures.Difference(figures, before);
        _parts.Counters.Ended(done, part.Failure is null);
        _parts.Counters.Compared(target.Key, part.Failure);
        if (done.RowsSent > 0)
        {
            _parts.Logger.Repaired(target.Table.Keyspace, target.Table.Name, target.Peer, done.RowsDifferent, done.RowsSent);
        }
    }

    private void ForgetAllBut(List<RepairTarget> targets) =>
        _parts.Counters.Keep(targets.Select(static target => target.Key).ToHashSet(StringComparer.Ordinal));

    private void LivenessChanged(NodeId node, bool isAlive)
    {
        if (isAlive)
        {
            lock (_lock)
            {
                _schedule.Returned(node, Now);
            }
        }
    }
}
