using System.Net;
using Coterie.Host.Admin;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>A node of the cluster that a trial may use.</summary>
/// <param name="Name">As the console calls it, or its CQL address.</param>
/// <param name="Up">As another node, or it itself, says.</param>
internal sealed record TrialNode(string Name, string Datacenter, IPEndPoint Cql, bool Up)
{
    /// <summary>All nodes of the cluster out of what one of them reports.</summary>
    public static IReadOnlyList<TrialNode> Of(StatusReport status, ConsoleCluster cluster) =>
    [
        .. from peer in status.Nodes
           let cql = IPEndPoint.TryParse(peer.CqlAddress, out var address) ? address : null
           where cql is not null
           select new TrialNode(cluster.Nodes.FirstOrDefault(known => known.Cql.Equals(cql))?.Name ?? peer.CqlAddress, peer.Datacenter, cql, peer.Up),
    ];
}
