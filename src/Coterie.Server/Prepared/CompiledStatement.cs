using Coterie.Cql.Plans;
using Coterie.Model.Metadata;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;
using Coterie.Server.Protocol;

namespace Coterie.Server.Prepared;

/// <summary>A plan and all that can be worked out once for it: immutable, good as long as the metadata has the same tables.</summary>
internal sealed class CompiledStatement
{
    public required Plan Plan { get; init; }

    /// <summary>The metadata that it was compiled against, or later one with the same tables.</summary>
    public required ClusterMetadata Metadata { get; init; }

    public required ColumnSpecs Markers { get; init; }

    /// <summary>Null if the statement returns no rows.</summary>
    public required ColumnSpecs? Columns { get; init; }

    /// <summary>The keyspace of the statement's table; null for system tables and for statements that have no one table.</summary>
    public required KeyspaceSchema? Keyspace { get; init; }

    /// <summary>What each consistency level means in the keyspace, by its number; empty where <see cref="Keyspace"/> is null.</summary>
    public required ReplicaRequirement[] Requirements { get; init; }

    /// <summary>The table that the statement reads or writes, if it is one.</summary>
    public TableSchema? Table => TableOf(Plan);

    public static TableSchema? TableOf(Plan plan) => plan switch
    {
        ModificationPlan modification => modification.Table,
        SelectPlan select => select.Table,
        _ => null,
    };
}
