using System.Collections.Immutable;
using System.IO.Hashing;
using System.Net;
using Coterie.Model;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>What formation starts from: the same on every node, but for <paramref name="Self"/>.</summary>
/// <param name="Self">This node as it is configured, without tokens.</param>
/// <param name="ClusterName">The name that drivers see.</param>
/// <param name="InitialNodes">The peer addresses of all first members, in the same order on every node.</param>
public sealed record FormationSettings(NodeInfo Self, string ClusterName, ImmutableArray<IPEndPoint> InitialNodes)
{
    /// <summary>
    /// This node has been a member of a cluster, and has lost its store: there is, or was, a cluster with its data. It joins that again, and forms no other.
    /// </summary>
    public bool HasBeenMember { get; init; }

    /// <summary>Who votes on the first entry.</summary>
    public ImmutableArray<IPEndPoint> InitialVoters => [.. InitialNodes.Take(Limits.VotersMax)];

    /// <summary>A hash of the list in its order, by which nodes see that they were given the same.</summary>
    internal Guid ListHash
    {
        get
        {
            var writer = new MetadataWriter();
            foreach (var address in InitialNodes)
            {
                writer.WriteEndPoint(address);
            }

            return new Guid(XxHash128.Hash(writer.Written.Span), bigEndian: true);
        }
    }

    /// <summary>What is wrong with the list itself.</summary>
    internal IEnumerable<string> Problems()
    {
        if (InitialNodes.Length > Limits.NodesMax)
        {
            yield return $"The initial list names {InitialNodes.Length} nodes; at most {Limits.NodesMax} are allowed.";
        }

        if (InitialNodes.Distinct().Count() != InitialNodes.Length)
        {
            yield return "The initial list names an address twice.";
        }

        if (!InitialNodes.Contains(Self.PeerAddress))
        {
            yield return $"The initial list does not name this node's own peer address, {Self.PeerAddress}.";
        }

        if (HasBeenMember && InitialNodes.Length == 1)
        {
            yield return "This node has been the only member of a cluster, and its store is gone: restore it, or say that a new cluster, without its data, is to be formed.";
        }
    }
}
