using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;

namespace Coterie.Server.Limit;

/// <summary>Members that never change, known by their place in a list: there is no metadata where nothing is stored.</summary>
internal sealed class StaticMembers(ImmutableArray<IPEndPoint> peers) : IEpochGate, IAddressBook
{
    public Epoch Current => Epoch.Zero;

    public ClusterId ClusterId => ClusterId.None;

    public static NodeId IdOf(int index) => new(new Guid(index + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]));

    /// <summary>All members, the one asked about first: a coordinator prefers itself.</summary>
    public ImmutableArray<NodeId> FromSelf(int index) =>
        [.. Enumerable.Range(0, peers.Length).Select(i => IdOf((index + i) % peers.Length))];

    public IPEndPoint? Find(NodeId node)
    {
        for (var i = 0; i < peers.Length; i++)
        {
            if (IdOf(i) == node)
            {
                return peers[i];
            }
        }

        return null;
    }

    public ValueTask CatchUpAsync(NodeId from, Epoch target) => ValueTask.CompletedTask;
}
