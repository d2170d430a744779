using System.Buffers;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Model.Tests.Deletes.Search;

/// <summary>What a replica holds of the one partition: a header and a row, encoded; empty where there is none. Interned: equal contents are one object.</summary>
internal sealed class Data
{
    public required byte[] Header { get; init; }

    public required byte[] Row { get; init; }

    /// <summary>The deletion is in it.</summary>
    public required bool HasDelete { get; init; }

    /// <summary>A reader of this replica alone would see the deleted value.</summary>
    public required bool ShowsDeleted { get; init; }

    public required long OldestPurgeable { get; init; }

    public bool IsEmpty => Header.Length == 0 && Row.Length == 0;

    public override string ToString() => IsEmpty ? "nothing" : $"{(HasDelete ? "delete " : "")}{(ShowsDeleted ? "VALUE " : "")}{Convert.ToHexString(Header)}/{Convert.ToHexString(Row)}";
}

/// <summary>All contents met in one search, and what the model's own functions make of them.</summary>
internal sealed class DataTable
{
    public const long DeletedTimestamp = 1;
    public const long DeleteTimestamp = 2;
    public const byte DeletedValue = 1;
    public const byte LaterValue = 2;
    public const byte ExpiringValue = 3;

    private readonly Dictionary<string, Data> _all = [];
    private readonly Dictionary<(Data, Data), Data> _merged = [];
    private readonly Dictionary<(Data, long, bool, bool), Data> _sent = [];

    public DataTable() => Nothing = Of([], []);

    public Data Nothing { get; }

    public Data Value(byte value) => Of([], Row((ref RowWriter writer) => writer.SimpleColumn(new ColumnId(0), new Cell
    {
        Kind = CellKind.Plain,
        Timestamp = new WriteTimestamp(DeletedTimestamp),
        Value = [value],
    })));

    public Data Delete(DeleteShape shape, FormationTime formed) => shape switch
    {
        DeleteShape.Partition => Of(Row((ref RowWriter writer) => writer.RowDeletion(new Deletion(new WriteTimestamp(DeleteTimestamp), formed))), []),
        DeleteShape.Row => Of([], Row((ref RowWriter writer) => writer.SimpleColumn(new ColumnId(0), new Cell
        {
            Kind = CellKind.Tombstone,
            Timestamp = new WriteTimestamp(DeleteTimestamp),
            Formed = formed,
        }))),
        _ => Of([], Row((ref RowWriter writer) => writer.SimpleColumn(new ColumnId(0), new Cell
        {
            Kind = CellKind.Expiring,
            Timestamp = new WriteTimestamp(DeleteTimestamp),
            ExpiresAtSeconds = (formed.Milliseconds / 1000) + 1,
            TtlSeconds = 1,
            Value = [ExpiringValue],
        }))),
    };

    public Data Merge(Data left, Data right)
    {
        if (!_merged.TryGetValue((left, right), out var merged))
        {
            _merged[(left, right)] = merged = Of(Merge(left.Header, right.Header), Merge(left.Row, right.Row));
        }

        return merged;
    }

    /// <summary>What is left at the horizon. What leaves a replica, and after a whole sweep what it holds.</summary>
    public Data At(Data data, FormationTime horizon, bool shadow = true, bool purge = true)
    {
        var key = (data, horizon.Milliseconds, shadow, purge);
        if (!_sent.TryGetValue(key, out var left))
        {
            var at = purge ? horizon : default;
            _sent[key] = left = Of(SweptHeader(data, at), shadow ? SweptRow(data, at) : data.Row);
        }

        return left;
    }

    public Data WithoutHeader(Data data, FormationTime horizon) => Of(SweptHeader(data, horizon), data.Row);

    public Data WithRowSwept(Data data, FormationTime horizon) => Of(data.Header, SweptRow(data, horizon));

    private static byte[] SweptRow(Data data, FormationTime horizon)
    {
        if (data.Row.Length == 0)
        {
            return [];
        }

        var left = new ArrayBufferWriter<byte>();
        return Purge(data, horizon).Row([(byte)EntryKind.Row], data.Row, left) switch
        {
            PurgeAction.Keep => data.Row,
            PurgeAction.Replace => left.WrittenSpan.ToArray(),
            _ => [],
        };
    }

    private static byte[] SweptHeader(Data data, FormationTime horizon) =>
        data.Header.Length == 0 || Purge(data, horizon).LastHeader(data.Header, anyRangeLeft: false, new ArrayBufferWriter<byte>()) == PurgeAction.Remove
            ? []
            : data.Header;

    private static PartitionPurge Purge(Data data, FormationTime horizon)
    {
        var purge = new PartitionPurge();
        purge.Begin(horizon);
        if (data.Header.Length > 0)
        {
            purge.Header(data.Header);
        }

        return purge;
    }

    private static byte[] Merge(byte[] left, byte[] right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return left.Length == 0 ? right : left;
        }

        var destination = new ArrayBufferWriter<byte>();
        RowMerge.Merge(left, right, destination);
        return destination.WrittenSpan.ToArray();
    }

    private static byte[] Row(WriteRow write)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        write(ref writer);
        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    private Data Of(byte[] header, byte[] row)
    {
        var name = $"{Convert.ToHexString(header)}/{Convert.ToHexString(row)}";
        if (!_all.TryGetValue(name, out var data))
        {
            _all[name] = data = Describe(header, row);
        }

        return data;
    }

    private static Data Describe(byte[] header, byte[] row)
    {
        var deletion = header.Length == 0 ? Deletion.None : new RowReader(header).RowDeletion;
        var hasDelete = !deletion.IsNone;
        var shows = false;
        if (row.Length > 0)
        {
            var reader = new RowReader(row);
            while (reader.MoveNext())
            {
                hasDelete |= reader.Cell.Timestamp.Microseconds == DeleteTimestamp;
                shows |= reader.Cell.Kind == CellKind.Plain && reader.Cell.Value[0] == DeletedValue && !deletion.Shadows(reader.Cell.Timestamp);
            }
        }

        var oldest = Math.Min(header.Length == 0 ? long.MaxValue : RowPurge.OldestPurgeable(header), row.Length == 0 ? long.MaxValue : RowPurge.OldestPurgeable(row));
        return new Data { Header = header, Row = row, HasDelete = hasDelete, ShowsDeleted = shows, OldestPurgeable = oldest };
    }

    private delegate void WriteRow(ref RowWriter writer);
}
