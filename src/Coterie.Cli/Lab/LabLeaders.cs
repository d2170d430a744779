using Coterie.Host.Admin;

namespace Coterie.Cli.Lab;

/// <summary>Asks the nodes who leads, and which of them are ready.</summary>
internal sealed class LabLeaders(ILabCluster cluster) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly AdminClient _admin = new();

    /// <summary>The node that leads, once all of its groups have one leader that all members agree on; of several, the one that leads most groups.</summary>
    /// <exception cref="IOException">There was none in a minute.</exception>
    public async Task<LabTarget> LeaderAsync(CancellationToken cancellationToken)
    {
        LabTarget? leader = null;
        await UntilAsync("every group has a leader whom all its members know", async () => (leader = Leader(await ReportsAsync(cancellationToken))) is not null, cancellationToken);
        return leader!;
    }

    /// <summary>Waits until the node serves clients and every node sees every other.</summary>
    /// <exception cref="IOException">It did not come to that in a minute.</exception>
    public Task ReadyAsync(CancellationToken cancellationToken) => UntilAsync(
        "all nodes are ready and see each other",
        async () => (await ReportsAsync(cancellationToken)).All(static report => report is { Ready: true } && report.Nodes.All(static node => node.Up)),
        cancellationToken);

    public void Dispose() => _admin.Dispose();

    private static async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new IOException($"within {Patience.TotalSeconds} s it did not come to it that {what}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private LabTarget? Leader(StatusReport?[] reports)
    {
        var groups = reports.SelectMany(static report => report?.Groups ?? []).GroupBy(static group => group.Id).ToList();
        if (groups.Count == 0 || groups.Any(static members => members.Count() < members.First().Members.Count || members.Select(static member => member.Leader).Distinct().Count() != 1))
        {
            return null;
        }

        var most = groups.Select(static members => members.First().Leader).GroupBy(static leader => leader).OrderByDescending(static led => led.Count()).First().Key;
        var index = Array.FindIndex(reports, report => report?.Node == most);
        return most is null || index < 0 ? null : cluster.Nodes[index];
    }

    /// <summary>In the order of the nodes; null for one that does not answer.</summary>
    private Task<StatusReport?[]> ReportsAsync(CancellationToken cancellationToken) => Task.WhenAll(cluster.Nodes.Select(async node =>
    {
        try
        {
            return await _admin.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }));
}
