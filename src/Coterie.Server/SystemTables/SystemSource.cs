using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Server.SystemTables;

/// <summary>What system tables are computed from: the metadata as it is when the query comes, and who is asked.</summary>
internal readonly record struct SystemSource(ClusterMetadata Metadata, NodeId Self, long StartedAtSeconds)
{
    /// <summary>Drivers gate features on it: from 4.0 on they ask for peers_v2 and virtual schema; 5.0 would promise vectors, SAI and masking.</summary>
    public const string ReleaseVersion = "4.1.4";

    public const string CqlVersion = "3.4.6";

    public const string NativeProtocolVersion = "4";
}
