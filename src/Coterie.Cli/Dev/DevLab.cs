using System.Collections.Concurrent;
using System.Collections.Immutable;
using Coterie.Host.Admin;
using Coterie.WebConsole;
using Coterie.WebConsole.Lab;

namespace Coterie.Cli.Dev;

/// <summary>The nodes of a development cluster as the console's lab has them.</summary>
internal sealed class DevLab(DevSupervisor supervisor, ImmutableArray<DevNode> plan) : ILabNodes, IDisposable
{
    private readonly AdminClient _admin = new();

    /// <summary>Which process of which node was cut off: one that is started again is not.</summary>
    private readonly ConcurrentDictionary<int, int> _cutOff = [];

    public IReadOnlyList<ConsoleNode> Places { get; } = [.. plan.Select(static node => new ConsoleNode(node.Name, node.Cql, node.Admin))];

    public LabProcess StateOf(string name)
    {
        var node = Node(name);
        var state = supervisor.StateOf(node);
        return state == LabProcess.Running && _cutOff.TryGetValue(node.Index, out var process) && process == supervisor.ProcessOf(node) ? LabProcess.CutOff : state;
    }

    public Task KillAsync(string name) => supervisor.KillAsync(Node(name));

    public Task PauseAsync(string name)
    {
        supervisor.Pause(Node(name));
        return Task.CompletedTask;
    }

    public Task ResumeAsync(string name)
    {
        supervisor.Resume(Node(name));
        return Task.CompletedTask;
    }

    public async Task CutOffAsync(string name)
    {
        var node = Node(name);
        var process = supervisor.ProcessOf(node) ?? throw new IOException($"{name} does not run");
        await SetCableAsync(node, isOut: true);
        _cutOff[node.Index] = process;
        supervisor.Say($"{name} is cut off from the others");
    }

    public async Task JoinAsync(string name)
    {
        var node = Node(name);
        await SetCableAsync(node, isOut: false);
        _cutOff.TryRemove(node.Index, out _);
        supervisor.Say($"{name} is joined to the others again");
    }

    public void Dispose() => _admin.Dispose();

    public Task StartAsync(string name) => supervisor.StartAgainAsync(Node(name));

    private Task<CableState> SetCableAsync(DevNode node, bool isOut) =>
        _admin.PostAsync(node.Admin, "/lab/cable", new CableState(isOut), RepairJson.Default.CableState, RepairJson.Default.CableState, CancellationToken.None);

    private DevNode Node(string name) => plan.First(node => node.Name == name);
}
