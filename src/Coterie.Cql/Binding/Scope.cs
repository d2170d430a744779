using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>What names mean: the metadata, the system tables, the session's keyspace.</summary>
internal sealed class Scope(ClusterMetadata metadata, ISystemSchema system, string? keyspace, IdSource ids)
{
    public ClusterMetadata Metadata { get; } = metadata;

    public ISystemSchema System { get; } = system;

    public IdSource Ids { get; } = ids;

    public string KeyspaceOf(TableName name) => name.Keyspace ?? keyspace
        ?? throw new CqlInvalidException("No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename");

    public TableSchema Table(TableName name)
    {
        var inKeyspace = KeyspaceOf(name);
        var found = System.IsSystemKeyspace(inKeyspace) ? System.Table(inKeyspace, name.Name) : Metadata.Table(inKeyspace, name.Name);
        if (found is null && !System.IsSystemKeyspace(inKeyspace) && !Metadata.Keyspaces.ContainsKey(inKeyspace))
        {
            throw new CqlInvalidException($"Keyspace '{inKeyspace}' does not exist");
        }

        return found ?? throw new CqlInvalidException($"table {inKeyspace}.{name.Name} does not exist");
    }

    /// <summary>A table that may be written to.</summary>
    public TableSchema WritableTable(TableName name)
    {
        RefuseSystem(KeyspaceOf(name));
        return Table(name);
    }

    public void RefuseSystem(string inKeyspace)
    {
        if (System.IsSystemKeyspace(inKeyspace))
        {
            throw new CqlInvalidException($"{inKeyspace} keyspace is not user-modifiable");
        }
    }
}

/// <summary>The markers of one statement, filled in as its terms are bound.</summary>
internal sealed class MarkerList(string keyspace, string table, int first, int count)
{
    private readonly BindMarker?[] _markers = new BindMarker?[count];

    public BoundMarker Bind(MarkerTerm marker, CqlType type, string name)
    {
        var index = marker.Index - first;
        _markers[index] = new BindMarker(keyspace, table, marker.Name ?? name, type);
        return new BoundMarker(type, index, marker.Name ?? name);
    }

    public ImmutableArray<BindMarker> ToImmutable()
    {
        Model.Check.Request(Array.TrueForAll(_markers, m => m is not null), "a marker that nothing binds");
        return [.. _markers!];
    }
}
