using Coterie.Cql.Binding;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cql;

/// <summary>From text to plan: lexer, parser, binder. Pure: the same text against the same metadata gives the same plan on every node.</summary>
public static class CqlCompiler
{
    /// <param name="keyspace">The session's keyspace, for names without one; null if it has none.</param>
    /// <param name="ids">Gives the id of a table that the statement creates, and the values of uuid() and now() when it is executed.</param>
    /// <exception cref="CqlSyntaxException"/>
    /// <exception cref="CqlInvalidException"/>
    /// <exception cref="CqlConfigurationException"/>
    public static Plan Compile(string text, ClusterMetadata metadata, ISystemSchema system, string? keyspace, IdSource ids)
    {
        var scope = new Scope(metadata, system, keyspace, ids);
        return StatementParser.Parse(text) switch
        {
            SelectStatement select => SelectBinder.Bind(select, scope),
            ModificationStatement modification => ModificationBinder.Bind(modification, scope),
            BatchStatement batch => BatchBinder.Bind(batch, scope),
            CreateKeyspaceStatement create => SchemaBinder.Bind(create, scope),
            AlterKeyspaceStatement alter => SchemaBinder.Bind(alter, scope),
            DropKeyspaceStatement drop => SchemaBinder.Bind(drop, scope),
            CreateTableStatement create => SchemaBinder.Bind(create, scope),
            DropTableStatement drop => SchemaBinder.Bind(drop, scope),
            TruncateStatement truncate => SchemaBinder.Bind(truncate, scope),
            UseStatement use => BindUse(use, scope),
            _ => throw new CqlInvalidException("The statement is not supported"),
        };
    }

    private static UsePlan BindUse(UseStatement use, Scope scope) =>
        scope.Metadata.Keyspaces.ContainsKey(use.Keyspace) || scope.System.IsSystemKeyspace(use.Keyspace)
            ? new UsePlan { Keyspace = use.Keyspace, Markers = [], PartitionKeyMarkers = [] }
            : throw new CqlInvalidException($"Keyspace '{use.Keyspace}' does not exist");
}

/// <summary>The tables that are not in the metadata: <c>system</c>, <c>system_schema</c> and the like, which the server answers from memory.</summary>
public interface ISystemSchema
{
    bool IsSystemKeyspace(string keyspace);

    Model.Schema.TableSchema? Table(string keyspace, string table);
}
