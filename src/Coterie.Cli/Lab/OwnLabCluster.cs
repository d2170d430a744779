using System.Collections.Immutable;
using System.Net;
using Coterie.Cli.Dev;

namespace Coterie.Cli.Lab;

/// <summary>
/// Three nodes of the lab's own, in a temporary directory and on loopback addresses that nothing listens on. Removed at the end, unless somebody wants to
/// look at what they hold.
/// </summary>
internal sealed class OwnLabCluster : ILabCluster
{
    private const int NodeCount = 3;
    private const int PlacesTried = 20;

    /// <summary>Away from where development clusters are.</summary>
    private static readonly IPAddress FirstAddress = IPAddress.Parse("127.0.40.1");

    private readonly ImmutableArray<DevNode> _plan;
    private readonly NodeProcess?[] _processes;

    private OwnLabCluster(string directory, ImmutableArray<DevNode> plan)
    {
        Directory = directory;
        _plan = plan;
        _processes = new NodeProcess?[plan.Length];
        Nodes = [.. plan.Select(static node => new LabTarget(node.Name, node.Cql, node.Admin))];
    }

    public ImmutableArray<LabTarget> Nodes { get; }

    public string Directory { get; }

    /// <summary>What the nodes hold stays, and their logs.</summary>
    public bool IsKept { get; set; }

    /// <exception cref="IOException">It did not come up.</exception>
    public static async Task<OwnLabCluster> StartAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("coterie-lab-").FullName;
        var cluster = new OwnLabCluster(directory, await FreePlanAsync(directory, cancellationToken));
        try
        {
            foreach (var node in cluster._plan)
            {
                DevDirectory.WriteConfiguration(node, cluster._plan, "lab");
            }

            foreach (var node in cluster._plan)
            {
                cluster.Start(node);
            }

            await new ReadyCheck(cluster._plan, node => cluster._processes[node.Index - 1] is { HasEnded: false } process ? process.Id : null, static _ => { }).RunAsync(cancellationToken);
            say($"three nodes on {string.Join(", ", cluster.Nodes.Select(static node => node.Cql))}, in {directory}");
            return cluster;
        }
        catch (Exception e)
        {
            await cluster.DisposeAsync();
            throw e is TimeoutException ? new IOException($"the lab's cluster did not come up: {e.Message}", e) : e;
        }
    }

    public async Task KillAsync(LabTarget node, CancellationToken cancellationToken)
    {
        if (Running(node) is { } process)
        {
            process.Kill();
            await process.DisposeAsync();
            _processes[Nodes.IndexOf(node)] = null;
        }
    }

    public Task StartAsync(LabTarget node, CancellationToken cancellationToken)
    {
        Start(_plan[Nodes.IndexOf(node)]);
        return Task.CompletedTask;
    }

    public Task PauseAsync(LabTarget node, CancellationToken cancellationToken) => SignalAsync(node, NodeSignal.Stop);

    public Task ResumeAsync(LabTarget node, CancellationToken cancellationToken) => SignalAsync(node, NodeSignal.Continue);

    public async Task CutOffAsync(LabTarget node, CancellationToken cancellationToken)
    {
        foreach (var other in Nodes.Where(other => other != node))
        {
            await PrivateNetwork.CutAsync(node.Cql.Address, other.Cql.Address);
        }
    }

    public async Task HealAsync(LabTarget node, CancellationToken cancellationToken)
    {
        foreach (var other in Nodes.Where(other => other != node))
        {
            await PrivateNetwork.HealAsync(node.Cql.Address, other.Cql.Address);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            // Killed: nobody needs what they hold, and one that is paused would not drain.
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        if (!IsKept)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private static async Task<ImmutableArray<DevNode>> FreePlanAsync(string directory, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        for (var place = 0; place < PlacesTried; place++)
        {
            var plan = DevPlan.Create(NodeCount, 1, DevPlan.Following(FirstAddress, place * 10), oneAddress: false, directory);
            problems = await DevPorts.ProblemsAsync(plan, cancellationToken);
            if (problems.Count == 0)
            {
                return plan;
            }
        }

        throw new IOException($"no loopback addresses are free for the lab's cluster; the last that were tried: {problems[0]}");
    }

    private void Start(DevNode node) => _processes[node.Index - 1] = NodeProcess.Start(node);

    private NodeProcess? Running(LabTarget node) => _processes[Nodes.IndexOf(node)];

    private Task SignalAsync(LabTarget node, NodeSignal signal)
    {
        NodeSignals.Send(Running(node)?.Id ?? throw new IOException($"{node.Name} does not run"), signal);
        return Task.CompletedTask;
    }
}
