using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Coterie.Cli.Dev;

/// <summary>
/// Runs the processes of a development cluster until told to stop: starts them, says when the cluster is ready, reports a node that dies and, if
/// asked, starts it again.
/// </summary>
internal sealed class DevSupervisor(ImmutableArray<DevNode> plan, bool restart, DevConsole console, TextWriter output) : IAsyncDisposable
{
    /// <summary>Longer than a node's own drain; after it the node is killed.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    /// <summary>How long to wait with starting a node again, so that one that dies at once does not spin.</summary>
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, NodeProcess> _running = [];
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <returns>The exit code: 0 after a stop that was asked for, 1 if all nodes have died or the cluster never became ready.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        foreach (var node in plan)
        {
            Start(node);
        }

        using var checking = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var ready = new ReadyCheck(plan, node => _running.TryGetValue(node.Index, out var process) ? process.Id : null, Say).RunAsync(checking.Token);
        var readySaid = false;
        var stopped = WaitForCancellationAsync(stop);
        while (!stop.IsCancellationRequested && !_running.IsEmpty)
        {
            var waitingFor = _running.Values.Select(process => process.Ended).Append(stopped);
            await Task.WhenAny(readySaid ? waitingFor : waitingFor.Append(ready));
            if (!readySaid && ready.IsCompletedSuccessfully)
            {
                readySaid = true;
                SayReady();
                await console.StartAsync(Say, stop);
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

    private void Start(DevNode node)
    {
        var process = NodeProcess.Start(node);
        _running[node.Index] = process;
        Say($"{node.Name} started: pid {process.Id}, {node.Datacenter}, CQL {node.Cql}, data {node.Directory}");
    }

    private void SayReady()
    {
        var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
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
            _running.TryRemove(process.Node.Index, out _);
            if (stop.IsCancellationRequested)
            {
                await process.DisposeAsync();
                continue;
            }

            Say($"{process.Node.Name} ({process.Node.Cql}, pid {process.Id}) {process.DescribeEnd()}; its log: {process.Node.LogPath}");
            foreach (var line in process.LastLines())
            {
                Say($"  {process.Node.Name}: {line}");
            }

            var hasRefused = process.HasRefused;
            refused |= hasRefused;
            await process.DisposeAsync();
            if (restart && !hasRefused)
            {
                await Task.WhenAny(Task.Delay(RestartPause, stop));
                if (!stop.IsCancellationRequested)
                {
                    Start(process.Node);
                }
            }
        }

        return refused;
    }

    private async Task StopAllAsync()
    {
        Say("stopping");
        foreach (var process in _running.Values)
        {
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

    private void Say(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
