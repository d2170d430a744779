using Coterie.Model.Schema;

namespace Coterie.Model.Metadata;

/// <summary>
/// What a keyspace or a table must be to enter the metadata. The CQL binder says most of it earlier and nearer to the text; this is the
/// last check, on what every node will apply. Each rule returns the problem in words, or null.
/// </summary>
internal static class SchemaRules
{
    private const string SystemPrefix = "system_";

    /// <summary>The keyspaces that each node makes up for itself are not in the metadata, and nobody may take their names.</summary>
    public static bool IsSystem(string keyspace) => keyspace == "system" || keyspace.StartsWith(SystemPrefix, StringComparison.Ordinal);

    /// <summary>As in Cassandra: 1 to 48 letters, digits and underscores.</summary>
    public static string? NameProblem(string what, string name) =>
        name.Length is > 0 and <= Limits.SchemaNameLengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? null
            : $"{what} name '{Quoted.Of(name)}' is not 1 to {Limits.SchemaNameLengthMax} letters, digits and underscores";

    public static string? ReplicationProblem(ClusterMetadata metadata, ReplicationStrategy replication) => replication switch
    {
        SimpleStrategy simple => FactorProblem("replication_factor", simple.ReplicationFactor, 1),
        NetworkTopologyStrategy topology => TopologyProblem(metadata, topology),
        _ => $"Unknown replication strategy {replication.GetType().Name}",
    };

    public static string? TableProblem(TableSchema table)
    {
        if (table.Columns.Length > Limits.ColumnsMax)
        {
            return $"Table '{table.Name}' has {table.Columns.Length} columns; at most {Limits.ColumnsMax} are allowed";
        }

        if (table.PartitionKey.IsEmpty)
        {
            return $"Table '{table.Name}' has no partition key";
        }

        if (!table.Statics.IsEmpty && table.Clustering.IsEmpty)
        {
            return $"Table '{table.Name}' has a static column but no clustering column: there is one row a partition, so nothing to share";
        }

        if (!InPlace(table.PartitionKey) || !InPlace(table.Clustering))
        {
            return $"The key columns of table '{table.Name}' are not numbered from 0 without a gap";
        }

        var stored = table.Statics.Concat(table.Regulars).ToList();
        if (stored.Select(column => column.Id).Distinct().Count() != stored.Count)
        {
            return $"Two columns of table '{table.Name}' have the same id";
        }

        return table.Columns.Select(ColumnProblem).FirstOrDefault(problem => problem is not null);
    }

    private static string? TopologyProblem(ClusterMetadata metadata, NetworkTopologyStrategy topology)
    {
        if (topology.ReplicationFactors.Values.All(factor => factor == 0))
        {
            return "NetworkTopologyStrategy needs a replication factor for at least one data centre";
        }

        var datacenters = metadata.Nodes.Values.Select(node => node.Datacenter).ToHashSet(StringComparer.Ordinal);
        foreach (var (datacenter, factor) in topology.ReplicationFactors)
        {
            if (!datacenters.Contains(datacenter))
            {
                return $"There is no data centre '{Quoted.Of(datacenter)}'; there is: {string.Join(", ", datacenters.Order(StringComparer.Ordinal))}";
            }

            if (FactorProblem(datacenter, factor, 0) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? FactorProblem(string name, int factor, int least) =>
        factor < least ? $"The replication factor '{name}' is {factor}; it must be at least {least}"
        : factor > Limits.NodesMax ? $"The replication factor '{name}' is {factor}; there are never more than {Limits.NodesMax} nodes"
        : null;

    private static string? ColumnProblem(ColumnSchema column) =>
        column.Name.Length is > 0 and <= Limits.ColumnNameLengthMax
            ? null
            : $"Column name '{Quoted.Of(column.Name)}' is not 1 to {Limits.ColumnNameLengthMax} characters long";

    private static bool InPlace(IEnumerable<ColumnSchema> columns) => columns.Select((column, place) => column.Position == place).All(same => same);
}
