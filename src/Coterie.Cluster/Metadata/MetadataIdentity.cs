using System.Net;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Metadata;

/// <summary>Who this node is to the metadata log: its identity, and the peer address under which it may be a voter.</summary>
public sealed record MetadataIdentity(NodeId Id, IPEndPoint PeerAddress);
