using System.Net;
using Coterie.Model;
using Coterie.Model.Keys;
using Coterie.Model.Metadata;

namespace Coterie.Server.SystemTables;

/// <summary>
/// <c>system.local</c>, <c>system.peers</c> and <c>system.peers_v2</c>: how drivers find the nodes and their tokens. Nothing that a driver
/// requires of a peer is ever null: it would drop the peer without a word (shared facts: docs/compatibility.md).
/// </summary>
internal static class NodeRows
{
    public static IEnumerable<SystemRow> Local(SystemSource source)
    {
        Check.Request(source.Metadata.Nodes.TryGetValue(source.Self, out var self), "this node is a member of the cluster");
        var row = Described(source, self);
        row["key"] = SystemValue.Text("local");
        row["bootstrapped"] = SystemValue.Text("COMPLETED");
        row["broadcast_address"] = SystemValue.Inet(self.PeerAddress.Address);
        row["broadcast_port"] = SystemValue.Int(self.PeerAddress.Port);
        row["cluster_name"] = SystemValue.Text(source.Metadata.ClusterName);
        row["cql_version"] = SystemValue.Text(SystemSource.CqlVersion);
        row["gossip_generation"] = SystemValue.Int((int)source.StartedAtSeconds);
        row["listen_address"] = SystemValue.Inet(self.PeerAddress.Address);
        row["listen_port"] = SystemValue.Int(self.PeerAddress.Port);
        row["native_protocol_version"] = SystemValue.Text(SystemSource.NativeProtocolVersion);
        row["partitioner"] = SystemValue.Text(Partitioner.CassandraName);
        row["rpc_address"] = SystemValue.Inet(self.CqlAddress.Address);
        row["rpc_port"] = SystemValue.Int(self.CqlAddress.Port);
        yield return row;
    }

    /// <summary>
    /// The older table has no ports, so nodes that share an address cannot be told apart in it: of each address one is listed, and of this
    /// node's own address none.
    /// </summary>
    public static IEnumerable<SystemRow> Peers(SystemSource source)
    {
        Check.Request(source.Metadata.Nodes.TryGetValue(source.Self, out var self), "this node is a member of the cluster");
        var seen = new HashSet<IPAddress> { self.PeerAddress.Address };
        foreach (var peer in Others(source).Where(p => seen.Add(p.PeerAddress.Address)))
        {
            var row = Described(source, peer);
            row["peer"] = SystemValue.Inet(peer.PeerAddress.Address);
            row["preferred_ip"] = SystemValue.Inet(peer.PeerAddress.Address);
            row["rpc_address"] = SystemValue.Inet(peer.CqlAddress.Address);
            yield return row;
        }
    }

    public static IEnumerable<SystemRow> PeersV2(SystemSource source)
    {
        foreach (var peer in Others(source))
        {
            var row = Described(source, peer);
            row["peer"] = SystemValue.Inet(peer.PeerAddress.Address);
            row["peer_port"] = SystemValue.Int(peer.PeerAddress.Port);
            row["preferred_ip"] = SystemValue.Inet(peer.PeerAddress.Address);
            row["preferred_port"] = SystemValue.Int(peer.PeerAddress.Port);
            row["native_address"] = SystemValue.Inet(peer.CqlAddress.Address);
            row["native_port"] = SystemValue.Int(peer.CqlAddress.Port);
            yield return row;
        }
    }

    private static IEnumerable<NodeInfo> Others(SystemSource source) => source.Metadata.Nodes.Values.Where(n => n.Id != source.Self);

    private static SystemRow Described(SystemSource source, NodeInfo node) => new()
    {
        ["data_center"] = SystemValue.Text(node.Datacenter),
        ["host_id"] = SystemValue.Uuid(node.Id.Value),
        ["rack"] = SystemValue.Text(node.Rack),
        ["release_version"] = SystemValue.Text(SystemSource.ReleaseVersion),
        ["schema_version"] = SystemValue.Uuid(source.Metadata.SchemaVersion),
        ["tokens"] = SystemValue.Set(node.Tokens.Select(t => t.ToString())),
    };
}
