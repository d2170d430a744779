using System.Threading.Channels;
using Coterie.Host.CqlClient;
using Coterie.Host.Workloads;

namespace Coterie.WebConsole.Lab;

/// <summary>
/// The lab: at most one run of writes, and the nodes. All that changes something is done by one loop, one after another, and a second one looks at the nodes while
/// somebody looks at the lab. Both begin with the console and not in a page, whose turn they would otherwise wait for.
/// </summary>
internal sealed class LabDesk : ILabDesk, IAsyncDisposable
{
    private const int CommandsMax = 16;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    /// <summary>So long without anybody who looks, and the writes end.</summary>
    private static readonly TimeSpan Unwatched = TimeSpan.FromMinutes(1);

    /// <summary>A run remembers all of its writes, so it must end at some time.</summary>
    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(30);

    private readonly ILabNodes _nodes;
    private readonly TimeProvider _time;
    private readonly LabLeaders _leaders = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<(Func<Task<string?>> What, TaskCompletionSource<string?> Done)> _commands =
        Channel.CreateBounded<(Func<Task<string?>>, TaskCompletionSource<string?>)>(CommandsMax);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LabProcess> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changing = new(StringComparer.Ordinal);
    private readonly Task _loops;
    private Dictionary<string, LabHealth> _health = new(StringComparer.Ordinal);
    private int _groups;
    private LabRun? _run;
    private string? _problem;
    private TaskCompletionSource _someoneLooks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _looked;

    public LabDesk(ILabNodes nodes, TimeProvider time)
    {
        _nodes = nodes;
        _time = time;
        _looked = time.GetTimestamp();
        _loops = Task.WhenAll(ObeyAsync(), WatchAsync());
    }

    public LabSnapshot Look()
    {
        lock (_gate)
        {
            _looked = _time.GetTimestamp();
            _someoneLooks.TrySetResult();
            var nodes = _nodes.Places.Select(Report).ToList();
            var faults = _run is { } run ? Faults(run) : [];
            var snapshot = new LabSnapshot(
                _run?.Phase ?? LabPhase.Idle,
                _run?.Workload.ToString().ToLowerInvariant(),
                _run?.Now.TotalSeconds ?? 0,
                "",
                _problem,
                nodes,
                _run?.Leaderless.Report(_run.Now) ?? LabStreamReport.Nothing,
                _run?.LeaderBased.Report(_run.Now) ?? LabStreamReport.Nothing,
                faults);
            return snapshot with { Sentence = LabSentence.Of(snapshot) };
        }
    }

    public Task<string?> StartAsync(WorkloadKind workload) => AskAsync(async () =>
    {
        if (_run?.Phase == LabPhase.Writing)
        {
            return "The writes run already.";
        }

        if (_run is { } last)
        {
            SetRun(null, null);
            await last.DisposeAsync();
        }

        using var patience = new CancellationTokenSource(StartPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ending.Token);
        try
        {
            SetRun(await LabRun.StartAsync(workload, _nodes.Places, name => _nodes.StateOf(name) == LabProcess.Running, _time, either.Token), null);
            return null;
        }
        catch (Exception e) when (e is IOException or CqlErrorException or OperationCanceledException)
        {
            return $"The writes cannot begin: {(e is OperationCanceledException ? "the cluster does not answer" : e.Message)}.";
        }
    });

    public Task<string?> StopAsync() => AskAsync(() =>
    {
        if (_run?.Phase != LabPhase.Writing)
        {
            return Task.FromResult<string?>("Nothing is written.");
        }

        Stop(null);
        return Task.FromResult<string?>(null);
    });

    public Task<string?> DoAsync(string node, LabAction action) => AskAsync(async () =>
    {
        var state = _nodes.StateOf(node);
        if (WhyNot(action, state) is { } why)
        {
            return $"{node} {why}.";
        }

        Begin(node, action);
        try
        {
            await (action switch
            {
                LabAction.Kill => _nodes.KillAsync(node),
                LabAction.Pause => _nodes.PauseAsync(node),
                LabAction.Resume => _nodes.ResumeAsync(node),
                LabAction.CutOff => _nodes.CutOffAsync(node),
                LabAction.Join => _nodes.JoinAsync(node),
                _ => _nodes.StartAsync(node),
            });
            return null;
        }
        catch (IOException e)
        {
            return $"That could not be done: {e.Message}.";
        }
        finally
        {
            End(node);
        }
    });

    public async ValueTask DisposeAsync()
    {
        _commands.Writer.TryComplete();
        _ending.Cancel();
        _someoneLooks.TrySetResult();
        await _loops;
        if (_run is { } run)
        {
            await run.DisposeAsync();
        }

        _leaders.Dispose();
        _ending.Dispose();
    }

    private static string? WhyNot(LabAction action, LabProcess state) => (action, state) switch
    {
        (LabAction.Kill, LabProcess.Dead) => "is dead already",
        (LabAction.Pause or LabAction.CutOff, LabProcess.Dead) => "is dead",
        (LabAction.Pause, LabProcess.CutOff) => "is cut off",
        (LabAction.CutOff, LabProcess.CutOff) => "is cut off already",
        (LabAction.CutOff, LabProcess.Paused) => "is paused",
        (LabAction.Join, not LabProcess.CutOff) => "is not cut off",
        (LabAction.Pause, LabProcess.Paused) => "is paused already",
        (LabAction.Resume, not LabProcess.Paused) => "is not paused",
        (LabAction.Start, not LabProcess.Dead) => "is not dead",
        _ => null,
    };

    private Task<string?> AskAsync(Func<Task<string?>> what)
    {
        var done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _commands.Writer.TryWrite((what, done)) ? done.Task : Task.FromResult<string?>("The lab does not take more at the moment.");
    }

    private async Task ObeyAsync()
    {
        await foreach (var (what, done) in _commands.Reader.ReadAllAsync())
        {
            try
            {
                done.SetResult(_ending.IsCancellationRequested ? "The console ends." : await what());
            }
            catch (Exception e)
            {
                // The one who asked gets it, and the next are served.
                done.SetException(e);
            }
        }
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Pace, _time);
        while (!_ending.IsCancellationRequested)
        {
            await _someoneLooks.Task;
            try
            {
                var places = _nodes.Places.Where(place => _nodes.StateOf(place.Name) == LabProcess.Running).ToList();
                var asked = _run?.Now;
                var (health, groups) = await _leaders.AskAsync(places, _ending.Token);
                Note(health, groups, asked);
                await timer.WaitForNextTickAsync(_ending.Token);
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <param name="asked">When the nodes were asked, by the time of the run.</param>
    private void Note(Dictionary<string, LabHealth> health, int groups, TimeSpan? asked)
    {
        lock (_gate)
        {
            foreach (var place in _nodes.Places)
            {
                var state = _nodes.StateOf(place.Name);
                if (!_changing.Contains(place.Name) && _run is { Phase: LabPhase.Writing } run)
                {
                    NoteOf(place.Name, state, health, asked, run);
                }

                _seen[place.Name] = state;
            }

            (_health, _groups) = (health, groups == 0 ? _groups : groups);
            var unwatched = _time.GetElapsedTime(_looked) > Unwatched;
            if (_run is { Phase: LabPhase.Writing } writing && (unwatched || writing.Now > RunMax))
            {
                Stop(unwatched ? "Nobody looked for a minute, so the writes have ended." : $"After {RunMax.TotalMinutes:0} minutes the writes have ended.");
            }

            if (unwatched)
            {
                _someoneLooks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private void NoteOf(string node, LabProcess state, Dictionary<string, LabHealth> health, TimeSpan? asked, LabRun run)
    {
        if (run.Open(node) is { } open)
        {
            // An answer to what was asked before says nothing of what came after.
            if (state == LabProcess.Running && asked > open.From && health.TryGetValue(node, out var now) && now.IsReady)
            {
                run.Close(node);
            }
        }
        else if (state != LabProcess.Running && _seen.GetValueOrDefault(node) == LabProcess.Running)
        {
            run.Begin(node, "died", Leads(node) > 0);
        }
    }

    private void Begin(string node, LabAction action)
    {
        lock (_gate)
        {
            _changing.Add(node);
            if (action is LabAction.Kill or LabAction.Pause or LabAction.CutOff && _run is { Phase: LabPhase.Writing } run)
            {
                // A node that was away already has led before that, if at all.
                run.Begin(node, action switch { LabAction.Kill => "killed", LabAction.Pause => "paused", _ => "cut off" }, _nodes.StateOf(node) == LabProcess.Running && Leads(node) > 0);
            }
        }
    }

    private void End(string node)
    {
        lock (_gate)
        {
            _changing.Remove(node);
            _seen[node] = _nodes.StateOf(node);

            // What it said before is not true any more.
            _health = _health.Where(one => one.Key != node).ToDictionary(StringComparer.Ordinal);
        }
    }

    private void SetRun(LabRun? run, string? problem)
    {
        lock (_gate)
        {
            (_run, _problem) = (run, problem);
        }
    }

    private void Stop(string? problem)
    {
        lock (_gate)
        {
            _problem = problem;
            _run?.Stop();
        }
    }

    private int Leads(string node) => _health.TryGetValue(node, out var health) ? health.Leads : 0;

    private LabNodeReport Report(ConsoleNode place)
    {
        var state = _nodes.StateOf(place.Name) switch
        {
            LabProcess.Dead => LabNodeState.Dead,
            LabProcess.Paused => LabNodeState.Paused,
            LabProcess.CutOff => LabNodeState.CutOff,
            _ => _health.GetValueOrDefault(place.Name) switch
            {
                { IsReady: true } => LabNodeState.Up,
                { IsAlone: true } => LabNodeState.Alone,
                _ => LabNodeState.Starting,
            },
        };
        return new LabNodeReport(place.Name, place.Cql.ToString(), state, state == LabNodeState.Up ? Leads(place.Name) : 0, _groups);
    }

    private static List<LabFaultReport> Faults(LabRun run)
    {
        var leaderless = run.Leaderless.Timeline.CostsOf(run.Faults, run.Now);
        var leaderBased = run.LeaderBased.Timeline.CostsOf(run.Faults, run.Now);
        return [.. run.Faults.Select((fault, place) => new LabFaultReport(
            fault.Node,
            fault.What,
            fault.Led,
            fault.From.TotalSeconds,
            fault.To?.TotalSeconds,
            leaderless[place].LongestGap.TotalMilliseconds,
            leaderBased[place].LongestGap.TotalMilliseconds,
            leaderless[place].IsInOutage,
            leaderBased[place].IsInOutage,
            fault.Next))];
    }
}
