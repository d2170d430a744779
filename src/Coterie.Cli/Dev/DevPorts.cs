using System.Collections.Immutable;
using System.Net;
using Coterie.Host.Admin;
using Coterie.Host.Start;

namespace Coterie.Cli.Dev;

/// <summary>
/// Looks whether every port of a development cluster is free before any node is started, so that a cluster that runs already is told as
/// such, and not as three nodes that died.
/// </summary>
internal static class DevPorts
{
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(3);

    /// <summary>One line for each node that cannot have its ports.</summary>
    public static async Task<List<string>> ProblemsAsync(ImmutableArray<DevNode> plan, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var node in plan)
        {
            (IPEndPoint Address, string Use)[] wanted = [(node.Cql, "CQL"), (node.Peer, "node to node"), (node.Admin, "admin")];
            foreach (var same in wanted.Select(port => (Port: port, Problem: PortCheck.ProblemWith(port.Address))).Where(port => port.Problem is not null)
                .GroupBy(port => port.Problem, port => $"{port.Port.Address} ({port.Port.Use})"))
            {
                problems.Add($"{node.Name}: {string.Join(", ", same)}: {await NeighbourAsync(node, cancellationToken) ?? same.Key}");
            }
        }

        return problems;
    }

    /// <summary>Names the node of Coterie that has the admin address, if one has it.</summary>
    private static async Task<string?> NeighbourAsync(DevNode node, CancellationToken cancellationToken)
    {
        if (PortCheck.ProblemWith(node.Admin) is null)
        {
            return null;
        }

        using var client = new AdminClient();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(AskPatience);
        try
        {
            var report = await client.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, patience.Token);
            return $"taken by process {report.ProcessId}, a node of another Coterie cluster{(report.Cluster.Length == 0 ? "" : $" ('{report.Cluster}')")}";
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
