using System.Collections.Immutable;
using Coterie.WebConsole;
using Coterie.WebConsole.Lab;

namespace Coterie.Cli.Dev;

/// <summary>The nodes of a development cluster as the console's lab has them.</summary>
internal sealed class DevLab(DevSupervisor supervisor, ImmutableArray<DevNode> plan) : ILabNodes
{
    public IReadOnlyList<ConsoleNode> Places { get; } = [.. plan.Select(static node => new ConsoleNode(node.Name, node.Cql, node.Admin))];

    public LabProcess StateOf(string name) => supervisor.StateOf(Node(name));

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

    public Task StartAsync(string name) => supervisor.StartAgainAsync(Node(name));

    private DevNode Node(string name) => plan.First(node => node.Name == name);
}
