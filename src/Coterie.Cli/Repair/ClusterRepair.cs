using System.Diagnostics;
using System.Net;
using Coterie.Host.Admin;

namespace Coterie.Cli.Repair;

/// <summary>
/// Asks every node to compare what it drives: of each pair of replicas that is the one with the lesser id. One node after the other: two that
/// knew of a third one's missing row at once would both send it.
/// </summary>
internal sealed class ClusterRepair(AdminClient client, IReadOnlyList<PeerReport> nodes, RepairRequest request)
{
    private readonly Dictionary<string, PeerReport> _byId = nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);
    private readonly List<PairResult> _peers = [];
    private readonly List<UnreachableNode> _unreachable = [];

    /// <summary>The node that compares now, and the nodes that were not asked yet.</summary>
    public (PeerReport? Current, IReadOnlyList<PeerReport> Waiting) State { get; private set; } = (null, nodes);

    /// <param name="progress">Told of each node, and of how far its run is; without a run, that it could not be asked.</param>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    public async Task<RepairReport> RunAsync(Action<PeerReport, RepairProgress?> progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < nodes.Count; i++)
        {
            State = (null, [.. nodes.Skip(i)]);
            await RunAsync(nodes[i], [.. nodes.Skip(i + 1)], progress, cancellationToken);
        }

        return RepairReport.Of(request.DryRun, Stopwatch.GetElapsedTime(started), _peers, _unreachable);
    }

    private async Task RunAsync(
        PeerReport node, IReadOnlyList<PeerReport> waiting, Action<PeerReport, RepairProgress?> progress, CancellationToken cancellationToken)
    {
        var admin = IPEndPoint.Parse(node.AdminAddress);
        RepairProgress? last = null;
        try
        {
            await new NodeRepair(client, TimeProvider.System).RunAsync(admin, request, now =>
            {
                State = (node, waiting);
                if ((last = now) is not null)
                {
                    progress(node, now);
                }
            }, cancellationToken);
        }
        catch (IOException exception)
        {
            _unreachable.Add(new UnreachableNode(node.CqlAddress, exception.Message));
            progress(node, null);
        }

        _peers.AddRange(last?.Peers.Select(pair => Result(node, pair)) ?? []);
    }

    private PairResult Result(PeerReport node, RepairPeer pair) => new(
        pair.Keyspace,
        pair.Table,
        node.CqlAddress,
        AddressOf(pair.Peer),
        pair.RangesCompared,
        pair.RowsRead,
        pair.RowsDifferent,
        pair.RowsSent,
        pair.BytesSent,
        Math.Round(pair.Seconds, 3),
        pair.Failure is null ? null : _byId.Values.Aggregate(pair.Failure, static (text, one) => text.Replace(one.Id, one.CqlAddress, StringComparison.Ordinal)));

    private string AddressOf(string id) => _byId.TryGetValue(id, out var node) ? node.CqlAddress : id;
}
