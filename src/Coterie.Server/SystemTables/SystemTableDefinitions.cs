using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Coterie.Model.Ids;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Server.SystemTables;

/// <summary>
/// The shapes of the tables that drivers and tools ask for, with Cassandra 4.1's names and types (its <c>SystemKeyspace</c> and
/// <c>SchemaKeyspace</c>). A line is a table: its columns as CQL writes them, <c>*</c> before those of the partition key, <c>+</c> before
/// clustering columns. Collections are frozen here, which no driver can see: the rows are made, not stored.
/// </summary>
internal static class SystemTableDefinitions
{
    public const string System = "system";
    public const string Schema = "system_schema";
    public const string VirtualSchema = "system_virtual_schema";
    public const string Traces = "system_traces";

    private const string TableParameters =
        "additional_write_policy text, allow_auto_snapshot boolean, bloom_filter_fp_chance double, caching frozen<map<text, text>>, cdc boolean, comment text, " +
        "compaction frozen<map<text, text>>, compression frozen<map<text, text>>, crc_check_chance double, dclocal_read_repair_chance double, " +
        "default_time_to_live int, extensions frozen<map<text, blob>>, gc_grace_seconds int, id uuid, incremental_backups boolean, max_index_interval int, " +
        "memtable text, memtable_flush_period_in_ms int, min_index_interval int, read_repair text, read_repair_chance double, speculative_retry text";

    private static readonly (string Keyspace, string Table, string Columns)[] Definitions =
    [
        (System, "local", "*key text, bootstrapped text, broadcast_address inet, broadcast_port int, cluster_name text, cql_version text, data_center text, " +
            "gossip_generation int, host_id uuid, listen_address inet, listen_port int, native_protocol_version text, partitioner text, rack text, " +
            "release_version text, rpc_address inet, rpc_port int, schema_version uuid, tokens frozen<set<text>>, truncated_at frozen<map<uuid, blob>>"),
        (System, "peers", "*peer inet, data_center text, host_id uuid, preferred_ip inet, rack text, release_version text, rpc_address inet, " +
            "schema_version uuid, tokens frozen<set<text>>"),
        (System, "peers_v2", "*peer inet, +peer_port int, data_center text, host_id uuid, native_address inet, native_port int, preferred_ip inet, " +
            "preferred_port int, rack text, release_version text, schema_version uuid, tokens frozen<set<text>>"),
        (System, "prepared_statements", "*prepared_id blob, logged_keyspace text, query_string text"),
        (System, "size_estimates", "*keyspace_name text, +table_name text, +range_start text, +range_end text, mean_partition_size bigint, partitions_count bigint"),
        (Schema, "keyspaces", "*keyspace_name text, consistency text, durable_writes boolean, replication frozen<map<text, text>>"),
        (Schema, "tables", "*keyspace_name text, +table_name text, flags frozen<set<text>>, " + TableParameters),
        (Schema, "columns", "*keyspace_name text, +table_name text, +column_name text, clustering_order text, column_name_bytes blob, kind text, position int, type text"),
        (Schema, "dropped_columns", "*keyspace_name text, +table_name text, +column_name text, dropped_time timestamp, kind text, type text"),
        (Schema, "triggers", "*keyspace_name text, +table_name text, +trigger_name text, options frozen<map<text, text>>"),
        (Schema, "views", "*keyspace_name text, +view_name text, base_table_id uuid, base_table_name text, include_all_columns boolean, where_clause text, " + TableParameters),
        (Schema, "indexes", "*keyspace_name text, +table_name text, +index_name text, kind text, options frozen<map<text, text>>"),
        (Schema, "types", "*keyspace_name text, +type_name text, field_names frozen<list<text>>, field_types frozen<list<text>>"),
        (Schema, "functions", "*keyspace_name text, +function_name text, +argument_types frozen<list<text>>, argument_names frozen<list<text>>, body text, " +
            "called_on_null_input boolean, language text, return_type text"),
        (Schema, "aggregates", "*keyspace_name text, +aggregate_name text, +argument_types frozen<list<text>>, final_func text, initcond text, return_type text, " +
            "state_func text, state_type text"),
        (VirtualSchema, "keyspaces", "*keyspace_name text"),
        (VirtualSchema, "tables", "*keyspace_name text, +table_name text, comment text"),
        (VirtualSchema, "columns", "*keyspace_name text, +table_name text, +column_name text, clustering_order text, column_name_bytes blob, kind text, position int, type text"),
        (Traces, "sessions", "*session_id uuid, client inet, command text, coordinator inet, coordinator_port int, duration int, " +
            "parameters frozen<map<text, text>>, request text, started_at timestamp"),
        (Traces, "events", "*session_id uuid, +event_id timeuuid, activity text, source inet, source_elapsed int, source_port int, thread text"),
    ];

    /// <summary>All system keyspaces, with their tables.</summary>
    public static ImmutableSortedDictionary<string, KeyspaceSchema> Keyspaces { get; } = Build();

    private static ImmutableSortedDictionary<string, KeyspaceSchema> Build()
    {
        var keyspaces = ImmutableSortedDictionary.CreateBuilder<string, KeyspaceSchema>(StringComparer.Ordinal);
        foreach (var group in Definitions.GroupBy(d => d.Keyspace))
        {
            var tables = group.ToImmutableSortedDictionary(d => d.Table, d => Table(d.Keyspace, d.Table, d.Columns), StringComparer.Ordinal);
            keyspaces.Add(group.Key, new KeyspaceSchema(group.Key, new SimpleStrategy(1), true, tables));
        }

        return keyspaces.ToImmutable();
    }

    private static TableSchema Table(string keyspace, string name, string definition)
    {
        var columns = ImmutableArray.CreateBuilder<ColumnSchema>();
        var partition = 0;
        var clustering = 0;
        foreach (var column in Split(definition).Order(StringComparer.Ordinal))
        {
            var space = column.IndexOf(' ', StringComparison.Ordinal);
            var type = CqlTypeParser.Parse(column.AsSpan(space + 1));
            columns.Add(column[0] switch
            {
                '*' => new ColumnSchema(column[1..space], ColumnKind.PartitionKey, type, partition++, false, default),
                '+' => new ColumnSchema(column[1..space], ColumnKind.Clustering, type, clustering++, false, default),
                _ => new ColumnSchema(column[..space], ColumnKind.Regular, type, -1, false, new ColumnId((ushort)columns.Count)),
            });
        }

        return new TableSchema(keyspace, name, IdOf(keyspace, name), default, InKeyOrder(columns, definition), TableOptions.Default);
    }

    /// <summary>Key columns have the position in which the definition names them, whatever their names sort like.</summary>
    private static ImmutableArray<ColumnSchema> InKeyOrder(ImmutableArray<ColumnSchema>.Builder columns, string definition)
    {
        var clustering = Split(definition).Where(c => c[0] == '+').Select(c => c[1..c.IndexOf(' ', StringComparison.Ordinal)]).ToList();
        return [.. columns.Select(c => c.Kind == ColumnKind.Clustering ? c with { Position = clustering.IndexOf(c.Name) } : c)];
    }

    /// <summary>Splits at the commas that are not inside a type's brackets.</summary>
    private static IEnumerable<string> Split(string definition)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= definition.Length; i++)
        {
            if (i == definition.Length || (definition[i] == ',' && depth == 0))
            {
                yield return definition[start..i].Trim();
                start = i + 1;
            }
            else
            {
                depth += definition[i] switch { '<' => 1, '>' => -1, _ => 0 };
            }
        }
    }

    /// <summary>The same on every node and for ever: made from the name.</summary>
    private static Guid IdOf(string keyspace, string name) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{keyspace}.{name}")).AsSpan(0, 16), bigEndian: true);
}
