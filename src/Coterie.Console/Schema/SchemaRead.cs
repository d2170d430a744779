using System.Globalization;

namespace Coterie.WebConsole.Schema;

/// <summary>Rows of <c>system_schema</c>, as a query brings them, into what is shown. Pure.</summary>
internal static class SchemaRead
{
    public const string KeyspaceColumns = "keyspace_name, consistency, durable_writes, replication";
    public const string TableColumns = "comment, default_time_to_live, gc_grace_seconds, read_repair, speculative_retry, extensions";
    public const string ColumnColumns = "column_name, kind, position, type, clustering_order";

    /// <param name="keyspaces">Rows of <see cref="KeyspaceColumns"/>.</param>
    /// <param name="tables">Rows of keyspace and table.</param>
    public static SchemaIndex Index(IReadOnlyList<IReadOnlyList<string>> keyspaces, IReadOnlyList<IReadOnlyList<string>> tables, bool isCut)
    {
        var names = tables.ToLookup(static row => row[0], static row => row[1], StringComparer.Ordinal);
        var read = keyspaces.Select(row => Keyspace(row, [.. names[row[0]].Order(StringComparer.Ordinal)]));
        return new SchemaIndex([.. read.OrderBy(static one => one.IsSystem).ThenBy(static one => one.Name, StringComparer.Ordinal)], isCut);
    }

    /// <param name="options">A row of <see cref="TableColumns"/>.</param>
    /// <param name="columns">Rows of <see cref="ColumnColumns"/>.</param>
    /// <param name="isSystem">Nobody creates it.</param>
    public static SchemaTable Table(string keyspace, string name, IReadOnlyList<string> options, IReadOnlyList<IReadOnlyList<string>> columns, bool isSystem)
    {
        var read = columns.Select(static row => new SchemaColumn(row[0], row[1], int.Parse(row[2], CultureInfo.InvariantCulture), row[3], row[4])).OrderBy(Rank).ThenBy(static one => one.Position)
            .ThenBy(static one => one.Name, StringComparer.Ordinal).ToList();
        var heeded = Options(options);
        return new SchemaTable(keyspace, name, read, heeded, isSystem ? null : SchemaCql.Table(keyspace, name, read, heeded));
    }

    private static SchemaKeyspace Keyspace(IReadOnlyList<string> row, IReadOnlyList<string> tables)
    {
        var replication = SchemaText.Map(row[3]);
        var strategy = replication.FirstOrDefault(static one => one.Key == "class").Value is { } name ? name[(name.LastIndexOf('.') + 1)..] : "";
        var replicas = replication.Where(static one => one.Key != "class").ToDictionary(static one => one.Key, static one => one.Value, StringComparer.Ordinal);
        var isLeaderBased = row[1] == "global";
        var isDurable = row[2] != "false";
        var isSystem = strategy == "LocalStrategy";
        return new SchemaKeyspace(
            row[0],
            isLeaderBased ? "leader-based" : "leaderless",
            strategy,
            replicas,
            isDurable,
            isSystem,
            isSystem ? null : SchemaCql.Keyspace(row[0], strategy, replicas, isLeaderBased, isDurable),
            tables);
    }

    /// <summary>Other columns of the table are there for drivers, and are the same for every table.</summary>
    private static Dictionary<string, string> Options(IReadOnlyList<string> row)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (row[0].Length > 0 && row[0] != "null")
        {
            options["comment"] = SchemaText.Quoted(row[0]);
        }

        if (row[1] is not ("0" or "null"))
        {
            options["default_time_to_live"] = row[1];
        }

        options["gc_grace_seconds"] = row[2];
        options["read_repair"] = SchemaText.Quoted(row[3]);
        options["speculative_retry"] = SchemaText.Quoted(row[4]);
        if (SchemaText.Map(row[5]).Any(static one => one.Key == "timestamps"))
        {
            options["timestamps"] = SchemaText.Quoted("server");
        }

        return options;
    }

    private static int Rank(SchemaColumn column) => column.Kind switch { "partition_key" => 0, "clustering" => 1, "static" => 2, _ => 3 };
}
