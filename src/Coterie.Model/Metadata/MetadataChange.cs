using System.Collections.Immutable;
using Coterie.Model.Ids;
using Coterie.Model.Schema;

namespace Coterie.Model.Metadata;

/// <summary>
/// One entry of the metadata log: a small change, decided by consensus, applied by a pure function to the value before it.
/// A change says what the user asked for, never what follows from it, so it is decided again when another entry came first.
/// </summary>
public abstract record MetadataChange;

/// <summary>The first entry: nodes, even tokens, a random cluster id.</summary>
public sealed record FormCluster(ClusterId ClusterId, string ClusterName, ImmutableArray<NodeInfo> Nodes) : MetadataChange;

public sealed record CreateKeyspace(KeyspaceSchema Keyspace, bool IfNotExists) : MetadataChange;

/// <summary>Null: that is left as it is. A keyspace with tables keeps its replication and its consistency: their rows are where these say.</summary>
public sealed record AlterKeyspace(string Name, bool IfExists, ReplicationStrategy? Replication, bool? DurableWrites, KeyspaceConsistency? Consistency) : MetadataChange;

public sealed record DropKeyspace(string Name, bool IfExists) : MetadataChange;

/// <summary>The storage id inside <see cref="Table"/> is ignored: applying the entry gives it the next one.</summary>
public sealed record CreateTable(TableSchema Table, bool IfNotExists) : MetadataChange;

public sealed record DropTable(string Keyspace, string Name, bool IfExists) : MetadataChange;

/// <summary>Gives the table a new storage id: what was written before, or arrives late, is under the old one.</summary>
public sealed record TruncateTable(string Keyspace, string Name) : MetadataChange;
