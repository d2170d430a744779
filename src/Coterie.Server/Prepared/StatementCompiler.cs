using Coterie.Cluster.Metadata;
using Coterie.Cql;
using Coterie.Cql.Plans;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Server.Execution;
using Coterie.Server.Protocol;

namespace Coterie.Server.Prepared;

/// <summary>Compiles texts against the metadata of the moment, and keeps what was compiled as long as the metadata allows.</summary>
internal sealed class StatementCompiler(IMetadataView view, ISystemSchema system, IdSource ids, string localDatacenter)
{
    public CompiledStatement Compile(string text, string? keyspace) => Compile(text, keyspace, view.Current);

    /// <summary>One statement of a batch as a statement of its own.</summary>
    public CompiledStatement Part(ModificationPlan plan, ClusterMetadata metadata) => Describe(plan, metadata, ColumnSpecs.Empty, null);

    /// <summary>
    /// The statement itself while the metadata is the same or has changed elsewhere only; else compiled again. Most calls compare one reference.
    /// </summary>
    public CompiledStatement Refresh(CompiledStatement statement, string text, string? keyspace)
    {
        var current = view.Current;
        if (ReferenceEquals(current, statement.Metadata))
        {
            return statement;
        }

        return IsUnchanged(statement.Plan, current)
            ? Describe(statement.Plan, current, statement.Markers, statement.Columns)
            : Compile(text, keyspace, current);
    }

    private CompiledStatement Compile(string text, string? keyspace, ClusterMetadata metadata)
    {
        var plan = CqlCompiler.Compile(text, metadata, system, keyspace, ids);
        var columns = plan is SelectPlan select ? ColumnSpecs.Of(select.Columns) : null;
        return Describe(plan, metadata, ColumnSpecs.Of(plan.Markers), columns);
    }

    private CompiledStatement Describe(Plan plan, ClusterMetadata metadata, ColumnSpecs markers, ColumnSpecs? columns)
    {
        KeyspaceSchema? keyspace = null;
        if (CompiledStatement.TableOf(plan) is { } table)
        {
            metadata.Keyspaces.TryGetValue(table.Keyspace, out keyspace);
        }

        return new CompiledStatement
        {
            Plan = plan,
            Metadata = metadata,
            Markers = markers,
            Columns = columns,
            Keyspace = keyspace,
            Requirements = keyspace is null ? [] : Requirements.Of(keyspace, localDatacenter),
        };
    }

    private bool IsUnchanged(Plan plan, ClusterMetadata current) => plan switch
    {
        BatchPlan batch => batch.Statements.All(s => IsUnchanged(s.Plan.Table, current)),
        _ => CompiledStatement.TableOf(plan) is { } table && IsUnchanged(table, current),
    };

    private bool IsUnchanged(TableSchema table, ClusterMetadata current) =>
        ReferenceEquals(current.Table(table.Keyspace, table.Name) ?? system.Table(table.Keyspace, table.Name), table);
}
