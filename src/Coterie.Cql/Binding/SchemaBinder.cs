using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>
/// CREATE, ALTER, DROP and TRUNCATE become changes to the metadata. Whether the thing is there already is decided where the change is applied,
/// after those that came first; only what is wrong in itself is refused here.
/// </summary>
internal static class SchemaBinder
{
    private const int NameLengthMax = 48;

    public static SchemaPlan Bind(CreateKeyspaceStatement create, Scope scope)
    {
        scope.RefuseSystem(create.Name);
        CheckName(create.Name, "Keyspace");
        var options = KeyspaceOptions.Bind(create.Options, scope.Metadata);
        var keyspace = new KeyspaceSchema(create.Name, options.Replication ?? throw new CqlConfigurationException("Missing mandatory option 'replication'"));
        keyspace = keyspace with { DurableWrites = options.DurableWrites ?? true, Consistency = options.Consistency ?? KeyspaceConsistency.Eventual };
        return Plan(new CreateKeyspace(keyspace, create.IfNotExists), "CREATED", create.Name, null);
    }

    public static SchemaPlan Bind(AlterKeyspaceStatement alter, Scope scope)
    {
        scope.RefuseSystem(alter.Name);
        var options = KeyspaceOptions.Bind(alter.Options, scope.Metadata);
        return Plan(new AlterKeyspace(alter.Name, alter.IfExists, options.Replication, options.DurableWrites, options.Consistency), "UPDATED", alter.Name, null);
    }

    public static SchemaPlan Bind(DropKeyspaceStatement drop, Scope scope)
    {
        scope.RefuseSystem(drop.Name);
        return Plan(new DropKeyspace(drop.Name, drop.IfExists), "DROPPED", drop.Name, null);
    }

    public static SchemaPlan Bind(DropTableStatement drop, Scope scope)
    {
        var keyspace = WritableKeyspace(drop.Table, scope);
        return Plan(new DropTable(keyspace, drop.Table.Name, drop.IfExists), "DROPPED", keyspace, drop.Table.Name);
    }

    public static SchemaPlan Bind(TruncateStatement truncate, Scope scope)
    {
        var table = scope.WritableTable(truncate.Table);
        return Plan(new TruncateTable(table.Keyspace, table.Name), null, table.Keyspace, table.Name);
    }

    public static SchemaPlan Bind(CreateTableStatement create, Scope scope)
    {
        var keyspace = WritableKeyspace(create.Table, scope);
        CheckName(create.Table.Name, "Table");
        var types = ColumnTypes(create);
        CheckKeyColumns(create, types, keyspace);
        var descending = Orders(create);
        var columns = ImmutableArray.CreateBuilder<ColumnSchema>(create.Columns.Length);
        ushort nextId = 0;
        foreach (var column in create.Columns)
        {
            var type = types[column.Name];
            var inPartition = create.PartitionKey.IndexOf(column.Name);
            var inClustering = create.Clustering.IndexOf(column.Name);
            columns.Add((inPartition, inClustering) switch
            {
                ( >= 0, _) => new ColumnSchema(column.Name, ColumnKind.PartitionKey, type, inPartition, false, default),
                (_, >= 0) => new ColumnSchema(column.Name, ColumnKind.Clustering, type, inClustering, descending.Contains(column.Name), default),
                _ => new ColumnSchema(
                    column.Name, column.IsStatic ? ColumnKind.Static : ColumnKind.Regular, type, -1, false, new ColumnId(nextId++)),
            });
        }

        var options = TableOptionsBinder.Bind(create.Options, out var id);
        var table = new TableSchema(keyspace, create.Table.Name, id ?? scope.Ids.NextGuid(), default, columns.DrainToImmutable(), options);
        return Plan(new CreateTable(table, create.IfNotExists), "CREATED", keyspace, create.Table.Name);
    }

    private static SchemaPlan Plan(MetadataChange change, string? changeType, string keyspace, string? table) => new()
    {
        Change = change,
        ChangeType = changeType,
        Keyspace = keyspace,
        Table = table,
        Markers = [],
        PartitionKeyMarkers = [],
    };

    private static string WritableKeyspace(TableName name, Scope scope)
    {
        var keyspace = scope.KeyspaceOf(name);
        scope.RefuseSystem(keyspace);
        return keyspace;
    }

    private static void CheckName(string name, string what)
    {
        if (name.Length > NameLengthMax || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new CqlInvalidException(
                $"{what} name must not be empty, more than {NameLengthMax} characters long, or contain non-alphanumeric-underscore characters (got \"{name}\")");
        }
    }

    private static Dictionary<string, CqlType> ColumnTypes(CreateTableStatement create)
    {
        var types = new Dictionary<string, CqlType>(StringComparer.Ordinal);
        foreach (var column in create.Columns)
        {
            if (column.Name.Length > ushort.MaxValue || !types.TryAdd(column.Name, TypeBinder.Bind(column.Type)))
            {
                throw new CqlInvalidException($"Multiple definition of identifier {column.Name}");
            }
        }

        return types;
    }

    private static void CheckKeyColumns(CreateTableStatement create, Dictionary<string, CqlType> types, string keyspace)
    {
        if (create.PartitionKey.IsEmpty)
        {
            throw new CqlInvalidException($"No PRIMARY KEY specified for table '{keyspace}.{create.Table.Name}' (exactly one required)");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in create.PartitionKey.Concat(create.Clustering))
        {
            if (!types.TryGetValue(name, out var type))
            {
                throw new CqlInvalidException($"Unknown definition {name} referenced in PRIMARY KEY");
            }

            if (!seen.Add(name))
            {
                throw new CqlInvalidException($"Column {name} is twice in the PRIMARY KEY");
            }

            if (!type.AllowedInKey)
            {
                throw new CqlInvalidException(type.IsMultiCell
                    ? $"Invalid non-frozen collection type {type.CqlName} for PRIMARY KEY component {name}"
                    : $"{type.CqlName} type is not supported for PRIMARY KEY column '{name}'");
            }
        }

        foreach (var column in create.Columns.Where(c => c.IsStatic))
        {
            if (seen.Contains(column.Name))
            {
                throw new CqlInvalidException($"Static column {column.Name} cannot be part of the PRIMARY KEY");
            }

            if (create.Clustering.IsEmpty)
            {
                throw new CqlInvalidException(
                    $"Static columns are only useful (and thus allowed) if the table has at least one clustering column ({column.Name})");
            }
        }
    }

    /// <summary>The clustering columns that are descending. If CLUSTERING ORDER is given it must name them all, in order.</summary>
    private static HashSet<string> Orders(CreateTableStatement create)
    {
        for (var i = 0; i < create.Order.Length; i++)
        {
            var name = create.Order[i].Column;
            if (!create.Clustering.Contains(name))
            {
                throw new CqlInvalidException($"Only clustering key columns can be defined in CLUSTERING ORDER directive ({name})");
            }

            if (i >= create.Clustering.Length || create.Clustering[i] != name)
            {
                throw new CqlInvalidException(
                    $"The order of columns in the CLUSTERING ORDER directive must match that of the clustering columns ({string.Join(", ", create.Clustering)})");
            }
        }

        if (create.Order.Length > 0 && create.Order.Length < create.Clustering.Length)
        {
            throw new CqlInvalidException($"Missing CLUSTERING ORDER for column {create.Clustering[create.Order.Length]}");
        }

        return [.. create.Order.Where(o => o.Descending).Select(o => o.Column)];
    }
}
