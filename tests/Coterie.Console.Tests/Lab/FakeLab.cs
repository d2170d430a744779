using System.Net;
using Coterie.Host.Workloads;
using Coterie.WebConsole.Lab;

namespace Coterie.WebConsole.Tests.Lab;

/// <summary>Three nodes that are nothing but their states.</summary>
internal sealed class FakeNodes : ILabNodes
{
    private readonly Dictionary<string, LabProcess> _states = [];

    // Addresses that nothing listens on.
    public IReadOnlyList<ConsoleNode> Places { get; } =
        [.. Enumerable.Range(1, 3).Select(static i => new ConsoleNode($"node{i}", new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 1)))];

    public LabProcess StateOf(string name) => _states.GetValueOrDefault(name);

    public Task KillAsync(string name) => Become(name, LabProcess.Dead);

    public Task PauseAsync(string name) => Become(name, LabProcess.Paused);

    public Task ResumeAsync(string name) => Become(name, LabProcess.Running);

    public Task CutOffAsync(string name) => Become(name, LabProcess.CutOff);

    public Task JoinAsync(string name) => Become(name, LabProcess.Running);

    public Task StartAsync(string name) => name == "node3" ? throw new IOException("the disk is full") : Become(name, LabProcess.Running);

    private Task Become(string name, LabProcess state)
    {
        _states[name] = state;
        return Task.CompletedTask;
    }
}

/// <summary>A lab that shows what a test wants it to, and remembers what it was asked.</summary>
internal sealed class FakeDesk : ILabDesk
{
    public LabSnapshot Snapshot { get; set; } = Labs.Calm();

    public string? Refusal { get; set; }

    public List<string> Asked { get; } = [];

    public LabSnapshot Look() => Snapshot;

    public Task<string?> StartAsync(WorkloadKind workload) => Ask($"start {workload}");

    public Task<string?> StopAsync() => Ask("stop");

    public Task<string?> DoAsync(string node, LabAction action) => Ask($"{action} {node}");

    private Task<string?> Ask(string what)
    {
        Asked.Add(what);
        return Task.FromResult(Refusal);
    }
}

internal static class Labs
{
    /// <summary>All is well, and node2 leads.</summary>
    public static LabSnapshot Calm(LabPhase phase = LabPhase.Writing) => With(phase, LabNodeState.Up, 2, null);

    /// <param name="second">How node2 is.</param>
    /// <param name="leader">The number of the node that leads; 0: none.</param>
    public static LabSnapshot With(LabPhase phase, LabNodeState second, int leader, LabFaultReport? fault, double waitsMs = 0)
    {
        var nodes = Enumerable.Range(1, 3).Select(i => new LabNodeReport($"node{i}", $"127.0.0.{i}:9042", i == 2 ? second : LabNodeState.Up, i == leader ? 1 : 0, 1));
        var stream = new LabStreamReport(500, 0, 0, 1, 21, 5, 0, [5, 5], [0, 0], [], null);
        var led = stream with { CurrentGapMs = waitsMs, Gaps = waitsMs > 200 ? [new LabGap(9, null)] : [], RedBars = waitsMs > 200 ? [0, 2] : [0, 0], Unknown = waitsMs > 200 ? 2 : 0 };
        var lab = new LabSnapshot(phase, "plain", 10, "", null, [.. nodes], stream, led, fault is null ? [] : [fault]);
        return lab with { Sentence = LabSentence.Of(lab) };
    }
}
