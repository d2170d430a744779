using System.Globalization;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Server.SystemTables;

/// <summary>
/// <c>system_schema</c>: keyspaces, tables and columns. Holds every value without which a driver stumbles: flags with <c>compound</c>, chances that
/// are not null, clustering orders that are not null (docs/compatibility.md).
/// </summary>
internal static class SchemaRows
{
    private const string Strategies = "org.apache.cassandra.locator.";

    private static readonly KeyValuePair<string, string>[] Caching = [new("keys", "ALL"), new("rows_per_partition", "NONE")];

    private static readonly KeyValuePair<string, string>[] Compaction =
    [
        new("class", "org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy"), new("max_threshold", "32"), new("min_threshold", "4"),
    ];

    private static readonly KeyValuePair<string, string>[] Compression =
    [
        new("chunk_length_in_kb", "16"), new("class", "org.apache.cassandra.io.compress.LZ4Compressor"),
    ];

    public static IEnumerable<SystemRow> Keyspaces(SystemSource source) => All(source.Metadata).Select(k => new SystemRow
    {
        ["keyspace_name"] = SystemValue.Text(k.Name),
        ["consistency"] = SystemValue.Text(k.IsLeaderBased ? "global" : "eventual"),
        ["durable_writes"] = SystemValue.Boolean(k.DurableWrites),
        ["replication"] = SystemValue.Map(Replication(k)),
    });

    public static IEnumerable<SystemRow> Tables(SystemSource source) => All(source.Metadata).SelectMany(k => k.Tables.Values).Select(Table);

    public static IEnumerable<SystemRow> Columns(SystemSource source) =>
        All(source.Metadata).SelectMany(k => k.Tables.Values).SelectMany(t => t.Columns.Select(c => Column(t, c)));

    private static IEnumerable<KeyspaceSchema> All(ClusterMetadata metadata) => metadata.Keyspaces.Values.Concat(SystemTableDefinitions.Keyspaces.Values);

    private static IEnumerable<KeyValuePair<string, string>> Replication(KeyspaceSchema keyspace)
    {
        if (SystemTableDefinitions.Keyspaces.ContainsKey(keyspace.Name))
        {
            return [new("class", Strategies + "LocalStrategy")];
        }

        return keyspace.Replication switch
        {
            SimpleStrategy simple => [new("class", Strategies + nameof(SimpleStrategy)), new("replication_factor", Number(simple.ReplicationFactor))],
            NetworkTopologyStrategy network => network.ReplicationFactors.Select(p => KeyValuePair.Create(p.Key, Number(p.Value)))
                .Prepend(new("class", Strategies + nameof(NetworkTopologyStrategy))),
            _ => throw new InvalidOperationException($"The strategy {keyspace.Replication} has no name."),
        };
    }

    private static SystemRow Table(TableSchema table)
    {
        var options = table.Options;
        return new SystemRow
        {
            ["keyspace_name"] = SystemValue.Text(table.Keyspace),
            ["table_name"] = SystemValue.Text(table.Name),
            ["flags"] = SystemValue.Set(["compound"]),
            ["id"] = SystemValue.Uuid(table.Id),
            ["comment"] = SystemValue.Text(options.Comment),
            ["default_time_to_live"] = SystemValue.Int(options.DefaultTimeToLiveSeconds),
            ["gc_grace_seconds"] = SystemValue.Int((int)Math.Min(int.MaxValue, options.GcGrace.TotalSeconds)),
            ["read_repair"] = SystemValue.Text(options.ReadRepair.ToString().ToUpperInvariant()),
            ["speculative_retry"] = SystemValue.Text(SpeculativeRetry(options.SpeculativeRetry)),
            ["additional_write_policy"] = SystemValue.Text("99p"),
            ["allow_auto_snapshot"] = SystemValue.Boolean(true),
            ["bloom_filter_fp_chance"] = SystemValue.Double(0.01),
            ["caching"] = SystemValue.Map(Caching),
            ["cdc"] = SystemValue.Boolean(false),
            ["compaction"] = SystemValue.Map(Compaction),
            ["compression"] = SystemValue.Map(Compression),
            ["crc_check_chance"] = SystemValue.Double(1.0),
            ["dclocal_read_repair_chance"] = SystemValue.Double(0.0),
            ["extensions"] = SystemValue.Map(Extensions(options)),
            ["incremental_backups"] = SystemValue.Boolean(true),
            ["max_index_interval"] = SystemValue.Int(2048),
            ["memtable_flush_period_in_ms"] = SystemValue.Int(0),
            ["min_index_interval"] = SystemValue.Int(128),
            ["read_repair_chance"] = SystemValue.Double(0.0),
        };
    }

    /// <summary>What Coterie's tables have and Cassandra's do not, where Cassandra lets others put theirs.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Extensions(TableOptions options) =>
        options.Timestamps == TimestampSource.Client ? [] : [new("timestamps", "server")];

    private static SystemRow Column(TableSchema table, ColumnSchema column) => new()
    {
        ["keyspace_name"] = SystemValue.Text(table.Keyspace),
        ["table_name"] = SystemValue.Text(table.Name),
        ["column_name"] = SystemValue.Text(column.Name),
        ["column_name_bytes"] = SystemValue.Text(column.Name),
        ["clustering_order"] = SystemValue.Text(column.Kind != ColumnKind.Clustering ? "none" : column.Descending ? "desc" : "asc"),
        ["kind"] = SystemValue.Text(column.Kind switch
        {
            ColumnKind.PartitionKey => "partition_key",
            ColumnKind.Clustering => "clustering",
            ColumnKind.Static => "static",
            _ => "regular",
        }),
        ["position"] = SystemValue.Int(column.Kind is ColumnKind.PartitionKey or ColumnKind.Clustering ? column.Position : -1),
        ["type"] = SystemValue.Text(column.Type.CqlName),
    };

    private static string SpeculativeRetry(SpeculativeRetry retry) => retry.Kind switch
    {
        SpeculativeRetryKind.Never => "NEVER",
        SpeculativeRetryKind.Always => "ALWAYS",
        SpeculativeRetryKind.FixedMilliseconds => string.Create(CultureInfo.InvariantCulture, $"{retry.Value}ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{retry.Value}p"),
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
