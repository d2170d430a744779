using System.Globalization;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Coterie.Model.Quorum.Staleness;
using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>
/// One trial, from making its keyspace to removing it: first the delays are measured, by requests that wait for every replica; then writes and reads are done as was set.
/// It ends by itself, by time, when nothing comes of it any more, or when it is stopped; and removes its keyspace in every case.
/// </summary>
internal sealed class TrialRun : IDisposable
{
    private static readonly double[] Percentiles = [.5, .9, .95, .99];

    private readonly TrialPlan _plan;
    private readonly ClusterQueries _queries;
    private readonly Predictions _predictions;
    private readonly TimeProvider _time;
    private readonly TrialRoster _roster;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private TrialPhase _phase = TrialPhase.Preparing;
    private TrialTally _tally = new();
    private Prediction? _prediction;
    private int _total;
    private int _next;
    private bool _tried;
    private string? _problem;

    public TrialRun(TrialPlan plan, ClusterQueries queries, Predictions predictions, TimeProvider time)
    {
        (_plan, _queries, _predictions, _time) = (plan, queries, predictions, time);
        _roster = new TrialRoster(plan.Writers, plan.Readers);
    }

    /// <summary>What was measured; null: not yet, or it could not be.</summary>
    public MeasuredDelays? Measured { get; private set; }

    public bool IsActive
    {
        get
        {
            lock (_gate)
            {
                return _phase != TrialPhase.Done;
            }
        }
    }

    public void Stop() => _stopping.Cancel();

    /// <summary>When it is done.</summary>
    public void Dispose() => _stopping.Dispose();

    public async Task WorkAsync()
    {
        // Whoever asked may be a page, whose turn none of this is to wait for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var lanes = Enumerable.Range(0, TrialLimits.Lanes).Select(_ => new TrialLane(_time, _roster.Lose)).ToList();
        try
        {
            if (await DefineAsync())
            {
                await MeasureAsync(lanes);
                if (_plan.Trials > 0 && !_stopping.IsCancellationRequested)
                {
                    await TryAsync(lanes);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped while the keyspace was made.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Note($"The trial has ended by an error: {e.Message}.");
        }
        finally
        {
            Enter(TrialPhase.Removing, 0);
            foreach (var lane in lanes)
            {
                await lane.DisposeAsync();
            }

            await RemoveAsync();
            Enter(TrialPhase.Done, 0);
        }
    }

    public TrialLook Look(MeasuredDelays? delays)
    {
        lock (_gate)
        {
            var result = _tried ? Result() : null;
            var (done, total) = _phase == TrialPhase.Trying || (_phase == TrialPhase.Done && _tried) ? (_tally.Done, _plan.Trials) : _phase == TrialPhase.Measuring ? (Math.Min(_tally.Done, _total), _total) : (0, 0);
            var problem = string.Join(' ', new[] { _problem, _roster.Problem }.OfType<string>());
            var snapshot = new TrialSnapshot(
                _phase,
                TrialSentence.Of(_phase, _plan, result, _stopping.IsCancellationRequested),
                problem.Length == 0 ? null : problem,
                done,
                total,
                delays?.Report,
                result);
            return new TrialLook(snapshot, result is { Trials: > 0 } ? Curves() : null);
        }
    }

    private async Task<bool> DefineAsync()
    {
        await RemoveLeftoversAsync();
        foreach (var statement in _plan.Definitions)
        {
            if ((await _queries.AskAsync(new QueryRequest(statement), _stopping.Token)).Problem is { } problem)
            {
                Note($"The keyspace cannot be made: {problem.Message}");
                return false;
            }
        }

        return true;
    }

    private async Task MeasureAsync(List<TrialLane> lanes)
    {
        await RunAsync(TrialPhase.Measuring, lanes, TrialLimits.WarmUp, TrialLimits.MeasuringMax, id => Step(id, TrialSide.All, TrialSide.All, 0));
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await RunAsync(TrialPhase.Measuring, lanes, TrialLimits.Measurements, TrialLimits.MeasuringMax, id => Step(id, TrialSide.All, TrialSide.All, 0));
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (_tally.Delays(now.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)) is { } model)
            {
                Measured = new MeasuredDelays(model, new TrialDelays(now, _tally.Samples, Report(_tally.WriteTrips()), Report(_tally.ReadTrips())));
            }
            else if (!_stopping.IsCancellationRequested)
            {
                _problem ??= $"The delays cannot be measured, since not every replica answers ({_tally.LastProblem ?? "it took too long"}).";
            }
        }
    }

    private async Task TryAsync(List<TrialLane> lanes)
    {
        var asked = _plan.Question with { Dead = NodeSet.Empty, RemoteMilliseconds = 0 };
        _prediction = Measured is { } measured ? _predictions.Of(asked with { Delays = measured.Model }) : null;
        var end = _prediction?.Report.Curve[^1].Milliseconds ?? 10;
        _tried = true;
        await RunAsync(TrialPhase.Trying, lanes, _plan.Trials, TrialLimits.TryingMax, id => Step(id, _plan.Write, _plan.Read, TrialPlan.WaitOf(id, end)));
    }

    private TrialStep? Step(int id, TrialSide write, TrialSide read, double wait) => _roster.Pick(id) is { } nodes
        ? new TrialStep(nodes.Writer, nodes.Reader, _plan.InsertOf(id), _plan.SelectOf(id), write, read, TimeSpan.FromMilliseconds(wait))
        : null;

    private async Task RunAsync(TrialPhase phase, List<TrialLane> lanes, int count, TimeSpan most, Func<int, TrialStep?> step)
    {
        var first = Begin(phase, count);
        using var late = new CancellationTokenSource(most, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
        var began = _time.GetTimestamp();
        await Task.WhenAll(lanes.Select(lane => RunAsync(lane, first, count, began, step, either.Token)));
        if (late.IsCancellationRequested && phase == TrialPhase.Trying)
        {
            Note($"It was ended after {most.TotalSeconds:0} s.");
        }
    }

    private async Task RunAsync(TrialLane lane, int first, int count, long began, Func<int, TrialStep?> step, CancellationToken cancellationToken)
    {
        try
        {
            while (Interlocked.Increment(ref _next) - 1 is var id && id < first + count && !cancellationToken.IsCancellationRequested)
            {
                var due = TimeSpan.FromSeconds((double)(id - first) / TrialLimits.TrialsPerSecond) - _time.GetElapsedTime(began);
                if (due > TimeSpan.Zero)
                {
                    await Task.Delay(due, _time, cancellationToken);
                }

                if (step(id) is not { } next)
                {
                    Note("No node is left that could be asked.");
                    return;
                }

                if (!Add(await lane.TryAsync(next, cancellationToken)))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped, or out of time.
        }
    }

    /// <summary>Ids are never used twice, so that no read finds the row of another phase.</summary>
    private int Begin(TrialPhase phase, int count)
    {
        lock (_gate)
        {
            (_phase, _total, _tally) = (phase, count, new TrialTally());
            return _next = Math.Max(_next, 0) + TrialLimits.Lanes;
        }
    }

    /// <returns>False: it is of no use to go on.</returns>
    private bool Add(TrialOutcome outcome)
    {
        lock (_gate)
        {
            _tally.Add(outcome);
            if (_tally.FailuresInARow < TrialLimits.FailuresInARowMax)
            {
                return true;
            }

            if (_phase == TrialPhase.Trying)
            {
                _problem = $"It was ended since {TrialLimits.FailuresInARowMax} requests in a row failed. {_tally.LastProblem}";
            }

            return false;
        }
    }

    private void Enter(TrialPhase phase, int total)
    {
        lock (_gate)
        {
            (_phase, _total) = (phase, total);
        }
    }

    private void Note(string problem)
    {
        lock (_gate)
        {
            _problem ??= problem;
        }
    }

    /// <summary>Not given up when the trial is stopped, or when the console ends: then there is the patience of a query.</summary>
    private async Task RemoveAsync()
    {
        if ((await _queries.AskAsync(new QueryRequest(_plan.Removal), CancellationToken.None)).Problem is { } problem)
        {
            Note($"The keyspace {_plan.Keyspace} could not be removed ({problem.Message.TrimEnd('.')}). The next trial does it, or: {_plan.Removal}");
        }
    }

    private async Task RemoveLeftoversAsync()
    {
        var now = _time.GetUtcNow();
        var found = await _queries.AskAsync(new QueryRequest("SELECT keyspace_name FROM system_schema.keyspaces", "ONE", QueryLimits.PageSizeMax), _stopping.Token);
        foreach (var keyspace in (found.Answer?.Rows ?? []).Select(static row => row[0].Trim('\'')).Where(name => TrialPlan.IsLeftover(name, now)))
        {
            await _queries.AskAsync(new QueryRequest(TrialPlan.RemovalOf(keyspace)), _stopping.Token);
        }
    }

    private TrialResult Result()
    {
        var (writes, reads) = (_tally.Writes(), _tally.Reads());
        var words = _plan.Question.ToWords();
        return new TrialResult(
            words.Replicas,
            words.Write,
            words.Read,
            _tally.Whole,
            _tally.FailedWrites,
            _tally.FailedReads,
            _roster.ReadsElsewhere,
            _tally.SeenShare,
            _tally.Seen(),
            new TrialLatency(Report(writes.AtCoordinator), Report(writes.AtConsole)),
            new TrialLatency(Report(reads.AtCoordinator), Report(reads.AtConsole)),
            _prediction?.Report);
    }

    private TrialCurves Curves()
    {
        var (writes, reads) = (_tally.Writes().AtCoordinator, _tally.Reads().AtCoordinator);
        var end = Math.Max(ChartScale.NiceEnd(Math.Max(writes.At(.99), reads.At(.99))), _prediction?.Latency.End ?? 0);
        return new TrialCurves(LatencyCurves.Curve(writes.ShareUpTo, end), LatencyCurves.Curve(reads.ShareUpTo, end), end, _prediction?.Latency);
    }

    private static PercentileReport[] Report(SortedSamples samples) =>
        samples.Count == 0 ? [] : [.. Percentiles.Select(share => new PercentileReport(share, samples.At(share)))];
}

/// <summary>The delays of this cluster: to predict from, and to tell of.</summary>
internal sealed record MeasuredDelays(DelayModel Model, TrialDelays Report);
