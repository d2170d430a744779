using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Coterie.Cql.Plans;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Reads;
using Coterie.Model.Schema;
using Coterie.Model.Time;

namespace Coterie.Cql.Tests.Support;

/// <summary>Compiles and executes statements against <see cref="MiniStore"/>, under a clock that tests set: seconds and microseconds agree.</summary>
internal sealed class Database
{
    private readonly MiniStore _store = new();
    private readonly TestIds _ids = new();
    private readonly MutationSet _mutations = new();
    private uint _nextStorageId = 1;

    public Database()
    {
        var node = new NodeInfo(
            new NodeId(Guid.Parse("00000000-0000-4000-8000-000000000001")), new IPEndPoint(1, 1), new IPEndPoint(1, 2), new IPEndPoint(1, 3), "dc1", "r1", []);
        Metadata = ClusterMetadata.Empty with
        {
            Nodes = ImmutableSortedDictionary<NodeId, NodeInfo>.Empty.Add(node.Id, node),
            Keyspaces = ClusterMetadata.Empty.Keyspaces.Add("ks", new KeyspaceSchema("ks", new SimpleStrategy(1))),
        };
    }

    public ClusterMetadata Metadata { get; private set; }

    public long NowSeconds { get; set; } = 1_000_000;

    /// <summary>The stamp of the next statement; each takes the next microsecond.</summary>
    public long NextTimestamp { get; set; } = 1_000_000_000_000;

    public Plan Compile(string text) => CqlCompiler.Compile(text, Metadata, new NoSystem(), "ks", _ids);

    public TPlan Compile<TPlan>(string text)
        where TPlan : Plan => Assert.IsAssignableFrom<TPlan>(Compile(text));

    public TableSchema Create(string createTable)
    {
        var change = Assert.IsType<CreateTable>(Compile<SchemaPlan>(createTable).Change);
        var table = change.Table.WithStorageId(new StorageId(_nextStorageId++));
        var keyspace = Metadata.Keyspaces[table.Keyspace];
        Metadata = Metadata with
        {
            Keyspaces = Metadata.Keyspaces.SetItem(keyspace.Name, keyspace with { Tables = keyspace.Tables.SetItem(table.Name, table) }),
        };
        return table;
    }

    /// <summary>Executes a statement that writes. Returns how many mutations it made.</summary>
    public int Write(string text, params object?[] values)
    {
        var stamp = new StampContext(new WriteTimestamp(NextTimestamp++), new FormationTime(NowSeconds * 1000));
        var bound = Values.Bind(values);
        _mutations.Clear();
        if (Compile(text) is BatchPlan batch)
        {
            stamp = batch.Timestamp(bound) is { } given ? stamp with { Timestamp = given } : stamp;
            foreach (var (plan, first) in batch.Statements)
            {
                Append(plan, Values.Bind([.. values.Skip(first).Take(plan.Markers.Length)]), stamp);
            }
        }
        else
        {
            Append(Compile<ModificationPlan>(text), bound, stamp);
        }

        for (var i = 0; i < _mutations.Count; i++)
        {
            _store.Apply(_mutations.Encoded(i).Span);
        }

        return _mutations.Count;
    }

    /// <summary>Executes a statement or batch with conditions. Null: it was applied; else what is shown, column by column.</summary>
    public List<string>? WriteIf(string text, params object?[] values)
    {
        var formed = new FormationTime(NowSeconds * 1000);
        var plan = Compile(text);
        IReadOnlyList<(ModificationPlan Plan, BoundValues Values)> statements = plan is BatchPlan batch
            ? [.. batch.Statements.Select(one => (one.Plan, Values.Bind([.. values.Skip(one.FirstMarker).Take(one.Plan.Markers.Length)])))]
            : [(Assert.IsAssignableFrom<ModificationPlan>(plan), Values.Bind(values))];
        var write = new ConditionalWrite(statements, plan is BatchPlan, formed);
        var rows = _store.Read(write.Read);
        _mutations.Clear();
        if (write.TryAppendTo(_mutations, new StampContext(new WriteTimestamp(NextTimestamp++), formed), rows))
        {
            Assert.True(_mutations.Count <= 1, "a conditional write is one mutation");
            for (var i = 0; i < _mutations.Count; i++)
            {
                _store.Apply(_mutations.Encoded(i).Span);
            }

            return null;
        }

        var shown = new ArrayBufferWriter<byte>();
        var count = rows.Count == 0 ? 0 : write.CreateProjector().Project(rows[0], int.MaxValue, shown);
        return Split(write.Columns, shown.WrittenSpan, count);
    }

    /// <summary>The rows of a SELECT, one text each: values in the order of the columns, with a bar between.</summary>
    public List<string> Read(string text, params object?[] values)
    {
        var plan = Compile<SelectPlan>(text);
        var bound = Values.Bind(values);
        var projector = plan.CreateProjector(bound, NowSeconds);
        var rows = new ArrayBufferWriter<byte>();
        var left = plan.Limit(bound);
        var count = 0;
        foreach (var command in plan.Reads(bound, NowSeconds))
        {
            var encoded = new ArrayBufferWriter<byte>();
            command.Encode(encoded);
            foreach (var partition in _store.Read(ReadCommand.Decode(encoded.WrittenSpan)))
            {
                var projected = projector.Project(partition, left, rows);
                count += plan.IsAggregate ? 0 : projected;
                left -= plan.IsAggregate ? 0 : projected;
            }
        }

        return Split(plan, rows.WrittenSpan.ToArray(), count, projector);
    }

    private void Append(ModificationPlan plan, BoundValues values, StampContext stamp)
    {
        var prior = plan.PriorRead(values, NowSeconds) is { } read ? _store.Read(read) : null;
        plan.AppendTo(_mutations, values, stamp, prior);
    }

    private static List<string> Split(SelectPlan plan, byte[] projected, int count, IRowProjector projector)
    {
        var all = new ArrayBufferWriter<byte>();
        all.Write(projected);
        count += projector.Finish(all);
        return Split(plan.Columns, all.WrittenSpan, count);
    }

    private static List<string> Split(ImmutableArray<ResultColumn> columns, ReadOnlySpan<byte> rest, int count)
    {
        var rows = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var row = new List<string>();
            foreach (var column in columns)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(rest);
                row.Add(length < 0 ? "null" : Values.Show(column.Type, rest.Slice(4, length)));
                rest = rest[(4 + Math.Max(0, length))..];
            }

            rows.Add(string.Join("|", row));
        }

        Assert.True(rest.IsEmpty, "bytes after the last row");
        return rows;
    }
}
