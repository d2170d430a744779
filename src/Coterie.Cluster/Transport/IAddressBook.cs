using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>Where nodes are, and which cluster they make. Asked when a connection is made, so a change needs no telling.</summary>
public interface IAddressBook
{
    /// <summary>None before formation.</summary>
    ClusterId ClusterId { get; }

    /// <summary>Where the node listens for peers; null: it is no member.</summary>
    IPEndPoint? Find(NodeId node);
}

/// <summary>The address book that follows the cluster metadata.</summary>
public sealed class MetadataAddressBook(IMetadataView metadata) : IAddressBook
{
    public ClusterId ClusterId => metadata.Current.ClusterId;

    public IPEndPoint? Find(NodeId node) => metadata.Current.Nodes.GetValueOrDefault(node)?.PeerAddress;
}
