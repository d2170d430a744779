using System.Text;

namespace Coterie.WebConsole.Schema;

/// <summary>The statements that would create what is there.</summary>
internal static class SchemaCql
{
    public static string Keyspace(string name, string strategy, IReadOnlyDictionary<string, string> replicas, bool isLeaderBased, bool durableWrites)
    {
        var replication = string.Concat(replicas.Select(static one => $", {SchemaText.Quoted(one.Key)}: {one.Value}"));
        return $"CREATE KEYSPACE {SchemaText.Name(name)} WITH replication = {{'class': {SchemaText.Quoted(strategy)}{replication}}}"
            + (isLeaderBased ? " AND consistency = 'global'" : "")
            + (durableWrites ? ";" : " AND durable_writes = false;");
    }

    public static string Table(string keyspace, string name, IReadOnlyList<SchemaColumn> columns, IReadOnlyDictionary<string, string> options)
    {
        var text = new StringBuilder($"CREATE TABLE {SchemaText.Name(keyspace)}.{SchemaText.Name(name)} (\n");
        foreach (var column in columns)
        {
            text.Append($"    {SchemaText.Name(column.Name)} {column.Type}{(column.Kind == "static" ? " STATIC" : "")},\n");
        }

        var clustering = columns.Where(static column => column.Kind == "clustering").ToList();
        text.Append($"    PRIMARY KEY ({Key(columns, clustering)})\n)");
        List<string> with =
        [
            .. clustering.Any(static column => column.Order == "desc")
                ? [$"CLUSTERING ORDER BY ({string.Join(", ", clustering.Select(static column => $"{SchemaText.Name(column.Name)} {(column.Order == "desc" ? "DESC" : "ASC")}"))})"]
                : Enumerable.Empty<string>(),
            .. options.Select(static option => $"{option.Key} = {option.Value}"),
        ];
        return text.Append(with.Count == 0 ? "" : $" WITH {string.Join("\n    AND ", with)}").Append(';').ToString();
    }

    private static string Key(IReadOnlyList<SchemaColumn> columns, List<SchemaColumn> clustering)
    {
        var partition = string.Join(", ", columns.Where(static column => column.Kind == "partition_key").Select(static column => SchemaText.Name(column.Name)));
        return string.Join(", ", clustering.Select(static column => SchemaText.Name(column.Name)).Prepend(partition.Contains(',', StringComparison.Ordinal) ? $"({partition})" : partition));
    }
}
