using Coterie.Cluster.Membership;
using Coterie.Coordinator.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Repair;
using Coterie.Replica.Groups;

namespace Coterie.Host.Admin;

/// <summary>Says in plain records what a node knows. Pure: metadata and opinions in, report out.</summary>
internal static class ClusterReports
{
    private const double RingLength = 18446744073709551616.0;

    public static StatusReport Status(
        ClusterMetadata metadata, ILiveness liveness, NodeId self, int processId, bool cqlOpen, TimeSpan uptime, long loadBytes,
        IReadOnlyList<HintsWaiting> hints, DateTimeOffset now)
    {
        var nodes = metadata.Nodes.Values
            .Select(node => new PeerReport(
                node.Id.ToString(),
                node.Datacenter,
                node.Rack,
                node.PeerAddress.ToString(),
                node.CqlAddress.ToString(),
                node.AdminAddress.ToString(),
                liveness.IsAlive(node.Id),
                HintsFor(node.Id, hints, now)))
            .ToList();
        return new StatusReport(
            metadata.ClusterName,
            metadata.ClusterId.ToString(),
            metadata.Epoch.Value,
            self.ToString(),
            processId,
            cqlOpen && SeesMajority(metadata, liveness),
            uptime.TotalSeconds,
            loadBytes,
            nodes);
    }

    private static HintsReport? HintsFor(NodeId node, IReadOnlyList<HintsWaiting> hints, DateTimeOffset now)
    {
        foreach (var one in hints)
        {
            if (one.Target == node)
            {
                return new HintsReport(one.Count, one.Bytes, one.AgeAt(now).TotalSeconds);
            }
        }

        return null;
    }

    public static IReadOnlyList<TableReport> Tables(ClusterMetadata metadata, IReadOnlyList<RepairPair> pairs, DateTimeOffset now)
    {
        var byTable = pairs.ToLookup(static pair => (pair.Keyspace, pair.Table));
        return
        [
            .. from keyspace in metadata.Keyspaces.Values
               from table in keyspace.Tables.Values
               select new TableReport(
                   table.Keyspace,
                   table.Name,
                   [
                       .. from pair in byTable[(table.Keyspace, table.Name)]
                          select new PairReport(pair.Peer.ToString(), pair.EqualAt is { } at ? Math.Max(0, (now - at).TotalSeconds) : null, pair.Failure),
                   ]),
        ];
    }

    public static IReadOnlyList<GroupReport> Groups(IReadOnlyList<GroupStatus> groups) =>
    [
        .. from one in groups
           select new GroupReport(
               one.Group.Id.ToString(),
               [.. one.Group.Nodes.Select(static node => node.ToString())],
               one.Role.ToString(),
               one.Leader?.ToString(),
               one.Term,
               one.Committed,
               one.Applied,
               one.LogBytes,
               one.LeaderChanges),
    ];

    public static RingReport Ring(ClusterMetadata metadata, ILiveness liveness)
    {
        var owned = Ownership(metadata);
        var nodes = metadata.Nodes.Values
            .Select(node => new RingNode(
                node.Id.ToString(),
                node.Datacenter,
                node.Rack,
                node.CqlAddress.ToString(),
                liveness.IsAlive(node.Id),
                owned[node.Id],
                [.. node.Tokens.Order().Select(token => token.ToString())]))
            .ToList();
        return new RingReport(metadata.ClusterName, metadata.Epoch.Value, nodes);
    }

    public static bool SeesMajority(ClusterMetadata metadata, ILiveness liveness) =>
        metadata.IsFormed && metadata.Nodes.Keys.Count(liveness.IsAlive) > metadata.Nodes.Count / 2;

    /// <summary>A token owns what lies between the one before it (exclusive) and itself (inclusive), around the ring.</summary>
    internal static SortedDictionary<NodeId, double> Ownership(ClusterMetadata metadata)
    {
        var owned = new SortedDictionary<NodeId, double>();
        foreach (var node in metadata.Nodes.Keys)
        {
            owned[node] = 0;
        }

        var ring = metadata.Nodes.Values.SelectMany(node => node.Tokens.Select(token => (Token: token.Value, node.Id))).Order().ToList();
        for (var i = 0; i < ring.Count; i++)
        {
            var before = ring[(i + ring.Count - 1) % ring.Count].Token;
            var length = unchecked((ulong)(ring[i].Token - before));
            owned[ring[i].Id] += ring.Count == 1 ? 1 : length / RingLength;
        }

        return owned;
    }
}
