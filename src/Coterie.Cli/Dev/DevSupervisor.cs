using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Coterie.Cli.Lab;
using Coterie.WebConsole.Lab;

namespace Coterie.Cli.Dev;

/// <summary>
/// Runs the processes of a development cluster until told to stop: starts them, says when the cluster is ready, reports a node that dies and, if
/// asked, starts it again. A node that the lab has killed is left dead until the lab starts it, and does not end the cluster, even as the last.
/// </summary>
internal sealed class DevSupervisor(ImmutableArray<DevNode> plan, bool restart, DevConsole console, TextWriter output) : IAsyncDisposable
{
    /// <summary>Longer than a node's own drain; after it the node is killed.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    /// <summary>How long to wait with starting a node again, so that one that dies at once does not spin.</summary>
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, NodeProcess> _running = [];
    private readonly ConcurrentDictionary<int, NodeProcess> _paused = [];

    /// <summary>Killed by the lab and not started since.</summary>
    private readonly ConcurrentDictionary<int, bool> _killed = [];
    private readonly Lock _starting = new();
    private TaskCompletionSource _started = NewSignal();
    private bool _stopping;
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <returns>The exit code: 0 after a stop that was asked for, 1 if all nodes have died or the cluster never became ready.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        foreach (var node in plan)
        {
            Start(node);
        }

        using var lab = new DevLab(this, plan);
        using var checking = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var ready = new ReadyCheck(plan, ProcessOf, Say).RunAsync(checking.Token);
        var readySaid = false;
        var stopped = WaitForCancellationAsync(stop);
        while (!stop.IsCancellationRequested && !(_running.IsEmpty && _killed.IsEmpty))
        {
            // Before the look at what runs: a node that is started in between is not missed.
            var started = Volatile.Read(ref _started).Task;
            var waitingFor = _running.Values.Select(process => process.Ended).Append(stopped).Append(started);
            await Task.WhenAny(readySaid ? waitingFor : waitingFor.Append(ready));
            if (!readySaid && ready.IsCompletedSuccessfully)
            {
                readySaid = true;
                SayReady();
                await console.StartAsync(lab, Say, stop);
            }
            else if (ready.IsFaulted)
            {
                Say($"not ready: {ready.Exception!.InnerException!.Message}");
                await StopAllAsync();
                return 1;
            }

            if (await HandleDeathsAsync(stop) && !readySaid)
            {
                checking.Cancel();
                await StopAllAsync();
                return 1;
            }
        }

        checking.Cancel();
        await ready.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (!stop.IsCancellationRequested)
        {
            Say("no node is left");
            return 1;
        }

        await StopAllAsync();
        return 0;
    }

    public LabProcess StateOf(DevNode node) =>
        !_running.TryGetValue(node.Index, out var process) || process.HasEnded ? LabProcess.Dead
        : _paused.TryGetValue(node.Index, out var paused) && paused == process ? LabProcess.Paused
        : LabProcess.Running;

    /// <summary>Its process id; null: none runs.</summary>
    public int? ProcessOf(DevNode node) => _running.TryGetValue(node.Index, out var process) ? process.Id : null;

    /// <summary>Returns when it has ended.</summary>
    /// <exception cref="IOException">It does not run.</exception>
    public Task KillAsync(DevNode node)
    {
        var process = Running(node);

        // Before it dies: its death must be known as this one by whoever sees it.
        _killed[node.Index] = true;
        process.Kill();
        return process.Ended;
    }

    /// <exception cref="IOException">It does not run.</exception>
    public void Pause(DevNode node)
    {
        var process = Running(node);
        NodeSignals.Send(process.Id, NodeSignal.Stop);
        _paused[node.Index] = process;
        Say($"{node.Name} is paused");
    }

    /// <exception cref="IOException">It does not run.</exception>
    public void Resume(DevNode node)
    {
        NodeSignals.Send(Running(node).Id, NodeSignal.Continue);
        _paused.TryRemove(node.Index, out _);
        Say($"{node.Name} goes on");
    }

    /// <exception cref="IOException">It runs, or the cluster stops.</exception>
    public async Task StartAgainAsync(DevNode node)
    {
        if (_running.TryGetValue(node.Index, out var before))
        {
            if (!before.HasEnded)
            {
                throw new IOException($"{node.Name} runs");
            }

            await BuryAsync(before);
        }

        Start(node);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running.Values)
        {
            await process.DisposeAsync();
        }
    }

    private static Task WaitForCancellationAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess Running(DevNode node) =>
        _running.TryGetValue(node.Index, out var process) && !process.HasEnded ? process : throw new IOException($"{node.Name} does not run");

    /// <summary>Two may want to: the one who looks at deaths, and the lab.</summary>
    /// <exception cref="IOException">It runs already, or the cluster stops.</exception>
    private void Start(DevNode node)
    {
        NodeProcess process;
        lock (_starting)
        {
            if (_stopping || _running.ContainsKey(node.Index))
            {
                throw new IOException(_stopping ? "the cluster stops" : $"{node.Name} runs");
            }

            process = NodeProcess.Start(node);
            _running[node.Index] = process;
            _killed.TryRemove(node.Index, out _);
        }

        Interlocked.Exchange(ref _started, NewSignal()).SetResult();
        Say($"{node.Name} started: pid {process.Id}, {node.Datacenter}, CQL {node.Cql}, data {node.Directory}");
    }

    private void SayReady()
    {
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var running = plan.Where(node => _running.ContainsKey(node.Index)).ToList();
        var count = running.Count == plan.Length ? $"{plan.Length} node{(plan.Length == 1 ? "" : "s")}" : $"{running.Count} of {plan.Length} nodes";
        output.WriteLine($"ready in {seconds} s: {count}, CQL on {string.Join(", ", running.Select(node => node.Cql))}");
        output.Flush();
    }

    /// <returns>True if a node has refused to start.</returns>
    private async Task<bool> HandleDeathsAsync(CancellationToken stop)
    {
        var refused = false;
        foreach (var process in _running.Values.Where(process => process.HasEnded).ToList())
        {
            if (_killed.ContainsKey(process.Node.Index))
            {
                await BuryAsync(process);
                continue;
            }

            var hasRefused = process.HasRefused;
            if (!stop.IsCancellationRequested)
            {
                SayDeath(process);
                refused |= hasRefused;
            }

            if (await BuryAsync(process) && restart && !hasRefused)
            {
                await RestartAsync(process.Node, stop);
            }
        }

        return refused;
    }

    private void SayDeath(NodeProcess process)
    {
        Say($"{process.Node.Name} ({process.Node.Cql}, pid {process.Id}) {process.DescribeEnd()}; its log: {process.Node.LogPath}");
        foreach (var line in process.LastLines())
        {
            Say($"  {process.Node.Name}: {line}");
        }
    }

    private async Task RestartAsync(DevNode node, CancellationToken stop)
    {
        await Task.WhenAny(Task.Delay(RestartPause, stop));
        if (!stop.IsCancellationRequested && !_running.ContainsKey(node.Index))
        {
            Start(node);
        }
    }

    /// <returns>False: another has done it.</returns>
    private async Task<bool> BuryAsync(NodeProcess process)
    {
        if (!_running.TryRemove(new KeyValuePair<int, NodeProcess>(process.Node.Index, process)))
        {
            return false;
        }

        if (_killed.ContainsKey(process.Node.Index))
        {
            Say($"{process.Node.Name} ({process.Node.Cql}, pid {process.Id}) was killed from the lab");
        }

        await process.DisposeAsync();
        return true;
    }

    private async Task StopAllAsync()
    {
        Say("stopping");
        lock (_starting)
        {
            _stopping = true;
        }

        foreach (var process in _running.Values)
        {
            if (StateOf(process.Node) == LabProcess.Paused)
            {
                // One that is paused would not hear it.
                NodeSignals.Send(process.Id, NodeSignal.Continue);
            }

            process.RequestStop();
        }

        foreach (var process in _running.Values.ToList())
        {
            if (await Task.WhenAny(process.Ended, Task.Delay(StopPatience)) != process.Ended)
            {
                Say($"{process.Node.Name} did not stop within {StopPatience.TotalSeconds} s and is killed");
                process.Kill();
            }

            await process.DisposeAsync();
            _running.TryRemove(process.Node.Index, out _);
        }

        Say("stopped");
    }

    internal void Say(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
