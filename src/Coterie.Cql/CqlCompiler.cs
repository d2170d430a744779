using Coterie.Cql.Plans;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cql;

/// <summary>From text to plan: lexer, parser, binder. Pure: the same text against the same metadata gives the same plan on every node.</summary>
public static class CqlCompiler
{
    /// <param name="keyspace">The session's keyspace, for names without one; null if it has none.</param>
    /// <param name="ids">Gives the id of a table that the statement creates.</param>
    /// <exception cref="CqlSyntaxException"/>
    /// <exception cref="CqlInvalidException"/>
    /// <exception cref="CqlConfigurationException"/>
    public static Plan Compile(string text, ClusterMetadata metadata, ISystemSchema system, string? keyspace, IdSource ids) => throw new NotImplementedException();
}

/// <summary>The tables that are not in the metadata: <c>system</c>, <c>system_schema</c> and the like, which the server answers from memory.</summary>
public interface ISystemSchema
{
    bool IsSystemKeyspace(string keyspace);

    Model.Schema.TableSchema? Table(string keyspace, string table);
}
