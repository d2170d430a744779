using Coterie.Coordinator;
using Coterie.Coordinator.Reads;
using Coterie.Cql;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Schema;

namespace Coterie.Server.SystemTables;

/// <summary>
/// Answers reads of system tables the way replicas answer reads of tables, so that all that comes after (projection, paging, LIMIT) is
/// one path. The rows are made from the metadata at each read: there are few of them.
/// </summary>
internal sealed class SystemTableReader(NodeId self, long startedAtSeconds) : ISystemSchema
{
    private static readonly Dictionary<(string Keyspace, string Table), Func<SystemSource, IEnumerable<SystemRow>>> Rows = new()
    {
        [(SystemTableDefinitions.System, "local")] = NodeRows.Local,
        [(SystemTableDefinitions.System, "peers")] = NodeRows.Peers,
        [(SystemTableDefinitions.System, "peers_v2")] = NodeRows.PeersV2,
        [(SystemTableDefinitions.Schema, "keyspaces")] = SchemaRows.Keyspaces,
        [(SystemTableDefinitions.Schema, "tables")] = SchemaRows.Tables,
        [(SystemTableDefinitions.Schema, "columns")] = SchemaRows.Columns,
    };

    public bool IsSystemKeyspace(string keyspace) => SystemTableDefinitions.Keyspaces.ContainsKey(keyspace);

    public TableSchema? Table(string keyspace, string table) =>
        SystemTableDefinitions.Keyspaces.TryGetValue(keyspace, out var found) ? found.Tables.GetValueOrDefault(table) : null;

    public ReadOutcome Read(TableSchema table, ReadCommand command, Model.Metadata.ClusterMetadata metadata)
    {
        var source = new SystemSource(metadata, self, startedAtSeconds);
        var rows = Rows.TryGetValue((table.Keyspace, table.Name), out var make) ? make(source) : [];
        var found = new List<PartitionRows>();
        var left = command.Limit;
        foreach (var partition in Partitions(table, rows).Where(p => IsWanted(p, command)))
        {
            var wanted = Wanted(partition, command);
            var taken = wanted.Take(Math.Min(left, command.PartitionLimit)).ToList();
            if (taken.Count > 0)
            {
                found.Add(new PartitionRows
                {
                    Token = partition.Token,
                    PartitionKey = partition.PartitionKey,
                    Rows = taken,
                    Limited = taken.Count == command.PartitionLimit && taken.Count < wanted.Count,
                });
            }

            left -= taken.Count;
            if (left == 0)
            {
                return new ReadOutcome(Success, found, Exhausted: false, null);
            }
        }

        return new ReadOutcome(Success, found, Exhausted: true, null);
    }

    private static RequestOutcome Success => new(RequestResult.Success, 1, 1, 0, true);

    /// <summary>The rows in the order of a table's data: by token, by partition key, by entry key.</summary>
    private static IEnumerable<(Token Token, ReadOnlyMemory<byte> PartitionKey, List<RowEntry> Rows)> Partitions(TableSchema table, IEnumerable<SystemRow> rows)
    {
        var entries = rows.Select(r => (Key: r.PartitionKey(table), Entry: r.Encode(table)))
            .OrderBy(r => Partitioner.TokenOf(r.Key.Span))
            .ThenBy(r => r.Key, ByBytes)
            .ThenBy(r => r.Entry.EntryKey, ByBytes)
            .ToList();
        for (var first = 0; first < entries.Count;)
        {
            var key = entries[first].Key;
            var partition = entries.Skip(first).TakeWhile(e => e.Key.Span.SequenceEqual(key.Span)).Select(e => e.Entry).ToList();
            yield return (Partitioner.TokenOf(key.Span), key, partition);
            first += partition.Count;
        }
    }

    private static bool IsWanted((Token Token, ReadOnlyMemory<byte> PartitionKey, List<RowEntry> Rows) partition, ReadCommand command)
    {
        if (command.PartitionKey is { } key)
        {
            return key.Span.SequenceEqual(partition.PartitionKey.Span);
        }

        if (partition.Token.Value <= command.Token.Value || partition.Token.Value > command.EndToken.Value)
        {
            return false;
        }

        return command.ResumeAfter is not { } after
            || (partition.Token.Value, 0).CompareTo((after.Token.Value, after.PartitionKey.Span.SequenceCompareTo(partition.PartitionKey.Span))) >= 0;
    }

    private static List<RowEntry> Wanted((Token Token, ReadOnlyMemory<byte> PartitionKey, List<RowEntry> Rows) partition, ReadCommand command)
    {
        var wanted = partition.Rows.Where(r => command.Slices.Any(s => IsIn(r.EntryKey.Span, s)));
        if (command.Reversed)
        {
            wanted = wanted.Reverse();
        }

        if (command.ResumeAfter is { } after && after.PartitionKey.Span.SequenceEqual(partition.PartitionKey.Span))
        {
            var sign = command.Reversed ? -1 : 1;
            wanted = after.EntryKey.IsEmpty ? [] : wanted.Where(r => sign * r.EntryKey.Span.SequenceCompareTo(after.EntryKey.Span) > 0);
        }

        return wanted.ToList();
    }

    private static bool IsIn(ReadOnlySpan<byte> key, RowSlice slice) => slice.Start.Span.SequenceCompareTo(key) <= 0 && key.SequenceCompareTo(slice.End.Span) < 0;

    private static Comparer<ReadOnlyMemory<byte>> ByBytes { get; } =
        Comparer<ReadOnlyMemory<byte>>.Create((left, right) => left.Span.SequenceCompareTo(right.Span));
}
