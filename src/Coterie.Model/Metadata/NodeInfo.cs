using System.Collections.Immutable;
using System.Net;
using Coterie.Model.Ids;

namespace Coterie.Model.Metadata;

/// <summary>One member of the cluster, as the metadata has it: who and where it is, and which tokens it owns.</summary>
public sealed record NodeInfo(
    NodeId Id,
    IPEndPoint PeerAddress,
    IPEndPoint CqlAddress,
    IPEndPoint AdminAddress,
    string Datacenter,
    string Rack,
    ImmutableArray<Token> Tokens);
