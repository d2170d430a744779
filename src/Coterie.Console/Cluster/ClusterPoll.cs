using System.Net;
using Coterie.Host.Admin;
using Coterie.WebConsole.Metrics;

namespace Coterie.WebConsole.Cluster;

/// <summary>
/// Asks nodes at their admin addresses: those that the console stands beside, and those that they name. One loop at a time uses it.
/// </summary>
internal sealed class ClusterPoll(ConsoleCluster cluster, TimeProvider time) : IDisposable
{
    public const int NodesMax = 50;

    /// <summary>What was answered longer ago says nothing of the rates of now.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    // Who takes longer is not well, and the next question comes soon.
    private readonly AdminClient _admin = new(TimeSpan.FromSeconds(2));
    private readonly long _began = time.GetTimestamp();
    private readonly SortedDictionary<string, ConsoleNode> _others = new(StringComparer.Ordinal);
    private ClusterMoment _last = new(0, [], null, 0);
    private int _notAsked;

    public async Task<ClusterMoment> AskAsync(CancellationToken cancellationToken)
    {
        var answers = (await Task.WhenAll(cluster.Nodes.Select(node => AskAsync(node, null, cancellationToken)))).ToList();
        Learn(answers);
        answers.AddRange(await Task.WhenAll(_others.Select(other => AskAsync(other.Value, other.Key, cancellationToken))));
        var ring = await RingAsync(answers, cancellationToken);
        var before = _last.Answers.Where(static answer => answer.Status is not null).ToDictionary(static answer => answer.Admin, StringComparer.Ordinal);
        return _last = new ClusterMoment(
            _last.Number + 1,
            [.. answers.Select(answer => answer with { Before = Earlier(answer, before) })],
            ring,
            _notAsked);
    }

    public void Dispose() => _admin.Dispose();

    private static NodeAnswer? Earlier(NodeAnswer answer, Dictionary<string, NodeAnswer> before) =>
        answer.Status is { } now && before.TryGetValue(answer.Admin, out var earlier) && answer.At - earlier.At <= Fresh
        && earlier.Status!.ProcessId == now.ProcessId && earlier.Status.UptimeSeconds <= now.UptimeSeconds
            ? earlier with { Before = null }
            : null;

    /// <summary>Takes in the peers that a node knows of. They stay: one that has died is still one of the cluster.</summary>
    private void Learn(IReadOnlyList<NodeAnswer> answers)
    {
        var known = answers.Where(static answer => answer.Status is not null).Select(static answer => answer.Status!.Node).ToHashSet(StringComparer.Ordinal);
        var addresses = cluster.Nodes.Select(static node => node.Admin.ToString()).ToHashSet(StringComparer.Ordinal);
        var peers = answers.SelectMany(static answer => answer.Status?.Nodes ?? []).DistinctBy(static peer => peer.Id).ToList();
        if (peers.Count == 0)
        {
            return;
        }

        _others.Clear();
        _notAsked = 0;
        foreach (var peer in peers.Where(peer => !known.Contains(peer.Id) && !addresses.Contains(peer.AdminAddress)))
        {
            if (_others.Count + cluster.Nodes.Count >= NodesMax || !IPEndPoint.TryParse(peer.AdminAddress, out var admin) || !IPEndPoint.TryParse(peer.CqlAddress, out var cql))
            {
                _notAsked++;
                continue;
            }

            _others[peer.Id] = new ConsoleNode(peer.CqlAddress, cql, admin);
        }
    }

    /// <param name="id">Whom to expect there; null: whoever it is. Admin addresses are loopback, so on another machine's there may be one of ours.</param>
    private async Task<NodeAnswer> AskAsync(ConsoleNode node, string? id, CancellationToken cancellationToken)
    {
        try
        {
            var status = _admin.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
            var metrics = _admin.GetTextAsync(node.Admin, "/metrics", cancellationToken);
            await Task.WhenAll(status, metrics);
            var at = time.GetElapsedTime(_began);
            return id is not null && (await status).Node != id
                ? new NodeAnswer(node.Name, $"{node.Admin}", at, null, null, $"another node answers at {node.Admin}: it is on another machine, and cannot be asked from this one")
                : new NodeAnswer(node.Name, $"{node.Admin}", at, await status, MetricsParser.Parse(await metrics), null);
        }
        catch (IOException e)
        {
            return new NodeAnswer(node.Name, $"{node.Admin}", time.GetElapsedTime(_began), null, null, e.Message);
        }
    }

    /// <summary>Tokens change with the metadata, so they are asked for when that is newer than what is known.</summary>
    private async Task<RingReport?> RingAsync(IReadOnlyList<NodeAnswer> answers, CancellationToken cancellationToken)
    {
        if (answers.Where(static answer => answer.Status is not null).MaxBy(static answer => answer.Status!.Epoch) is not { } newest
            || (_last.Ring is { } known && known.Cluster == newest.Status!.Cluster && known.Epoch >= newest.Status.Epoch))
        {
            return _last.Ring;
        }

        try
        {
            return await _admin.GetAsync(IPEndPoint.Parse(newest.Admin), "/api/ring", AdminJson.Default.RingReport, cancellationToken);
        }
        catch (IOException)
        {
            return _last.Ring;
        }
    }
}
