using Coterie.Model.Keys;

namespace Coterie.Server.Tests.Semantics;

internal enum ModelKind
{
    Plain,
    Expiring,
    Tombstone,
}

internal sealed record ModelCell(long Timestamp, ModelKind Kind, byte[] Value, long ExpiresAt = 0, int TimeToLive = 0) : IComparable<ModelCell>
{
    public bool IsLive(long now) => Kind == ModelKind.Plain || (Kind == ModelKind.Expiring && now < ExpiresAt);

    /// <summary>docs/formats.md, "the order of cells".</summary>
    public int CompareTo(ModelCell? other)
    {
        var order = Timestamp.CompareTo(other!.Timestamp);
        order = order != 0 ? order : Kind.CompareTo(other.Kind);
        order = order != 0 ? order : ExpiresAt.CompareTo(other.ExpiresAt);
        order = order != 0 ? order : TimeToLive.CompareTo(other.TimeToLive);
        return order != 0 ? order : Value.AsSpan().SequenceCompareTo(other.Value);
    }
}

/// <summary>One thing that was written to a partition. Nothing is ever applied: a read looks at all of them.</summary>
internal abstract record ModelWrite(string RowId);

/// <param name="Row">Null: the static row.</param>
/// <param name="Element">Of a column of many cells: what orders and names the element, else null.</param>
internal sealed record CellWrite(byte[][]? Row, string Column, byte[]? Element, ModelCell Cell) : ModelWrite(ModelPartition.Id(Row));

internal sealed record MarkerWrite(byte[][] Row, ModelCell Cell) : ModelWrite(ModelPartition.Id(Row));

internal sealed record CollectionDeletion(byte[][]? Row, string Column, long Timestamp) : ModelWrite(ModelPartition.Id(Row));

internal sealed record RowsDeletion(Func<byte[][], bool> Covers, long Timestamp) : ModelWrite("rows");

internal sealed record PartitionDeletion(long Timestamp) : ModelWrite("partition");

/// <summary>What a read sees of one column.</summary>
/// <param name="Cell">Of a column of one cell; null of others.</param>
/// <param name="Elements">Of a column of many: those alive, in the column's order.</param>
internal sealed record SeenColumn(byte[] Value, ModelCell? Cell, List<(byte[] Key, ModelCell Cell)>? Elements);

/// <param name="Key">The clustering values; null for the static row.</param>
internal sealed record SeenRow(byte[][]? Key, bool IsLive, Dictionary<string, SeenColumn> Columns);

internal sealed class ModelPartition(ModelSchema schema, byte[][] key)
{
    private readonly List<ModelWrite> _writes = [];

    public byte[][] Key { get; } = key;

    public byte[] KeyBytes => Key.Length == 1
        ? Key[0]
        : [.. Key.SelectMany(p => (byte[])[(byte)(p.Length >> 8), (byte)p.Length, .. p, 0])];

    public long Token => Partitioner.TokenOf(KeyBytes).Value;

    public void Add(IEnumerable<ModelWrite> writes) => _writes.AddRange(writes);

    public SeenRow Static(long now)
    {
        var seen = Columns(null, schema.Statics, DeletedAt(null), now);
        return new SeenRow(null, seen.Count > 0, seen);
    }

    /// <summary>The live rows in clustering order.</summary>
    public List<SeenRow> Rows(long now)
    {
        var keys = _writes.Where(w => w is CellWrite { Row: not null } or MarkerWrite).DistinctBy(w => w.RowId)
            .Select(w => w is CellWrite cell ? cell.Row! : ((MarkerWrite)w).Row);
        return [.. keys.Select(k => Row(k, now)).Where(r => r.IsLive).Order(Comparer<SeenRow>.Create((l, r) => CompareRows(l.Key!, r.Key!)))];
    }

    public SeenRow Row(byte[][] row, long now)
    {
        var id = Id(row);
        var deletedAt = DeletedAt(row);
        var seen = Columns(row, schema.Regulars, deletedAt, now);
        var marker = _writes.OfType<MarkerWrite>().Where(w => w.RowId == id && w.Cell.Timestamp > deletedAt).Select(w => w.Cell).Max();
        return new SeenRow(row, seen.Count > 0 || marker?.IsLive(now) == true, seen);
    }

    public int CompareRows(byte[][] left, byte[][] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = ModelValues.Compare(schema.Clustering[i].Shape, left[i], right[i]);
            if (order != 0)
            {
                return schema.Clustering[i].Descending ? -order : order;
            }
        }

        return 0;
    }

    public static string Id(byte[][]? row) => row is null ? "static" : string.Join('|', row.Select(Convert.ToHexString));

    private long DeletedAt(byte[][]? row) => _writes
        .Select(w => w switch
        {
            PartitionDeletion deletion => deletion.Timestamp,
            RowsDeletion rows when row is not null && rows.Covers(row) => rows.Timestamp,
            _ => long.MinValue,
        })
        .DefaultIfEmpty(long.MinValue).Max();

    private Dictionary<string, SeenColumn> Columns(byte[][]? row, IReadOnlyList<ModelColumn> columns, long deletedAt, long now)
    {
        var seen = new Dictionary<string, SeenColumn>();
        var id = Id(row);
        var ofRow = _writes.Where(w => w.RowId == id).ToList();
        foreach (var column in columns)
        {
            var deleted = ofRow.OfType<CollectionDeletion>().Where(d => d.Column == column.Name).Select(d => d.Timestamp).Append(deletedAt).Max();
            var cells = ofRow.OfType<CellWrite>().Where(w => w.Column == column.Name && w.Cell.Timestamp > deleted);
            if (Column(column, cells, now) is { } found)
            {
                seen.Add(column.Name, found);
            }
        }

        return seen;
    }

    private static SeenColumn? Column(ModelColumn column, IEnumerable<CellWrite> cells, long now)
    {
        if (!column.IsMultiCell)
        {
            return cells.Select(c => c.Cell).Max() is { } cell && cell.IsLive(now) ? new SeenColumn(cell.Value, cell, null) : null;
        }

        var elements = cells.GroupBy(c => Convert.ToHexString(c.Element!))
            .Select(g => (Key: g.First().Element!, Cell: g.Select(c => c.Cell).Max()!))
            .Where(e => e.Cell.IsLive(now))
            .Order(Comparer<(byte[] Key, ModelCell Cell)>.Create((l, r) => ModelValues.Compare(column.Shape == Shape.IntSet ? Shape.Int : Shape.Text, l.Key, r.Key)))
            .ToList();
        var parts = column.Shape switch
        {
            Shape.IntList => elements.Select(e => e.Cell.Value),
            Shape.IntSet => elements.Select(e => e.Key),
            _ => elements.SelectMany(e => (byte[][])[e.Key, e.Cell.Value]),
        };
        return elements.Count == 0 ? null : new SeenColumn(ModelValues.Collection(elements.Count, parts), null, elements);
    }
}

/// <summary>A table that forgets nothing and understands little: the naive oracle.</summary>
internal sealed class ModelTable(ModelSchema schema)
{
    private readonly Dictionary<string, ModelPartition> _partitions = [];

    public ModelSchema Schema => schema;

    public IEnumerable<ModelPartition> All => _partitions.Values;

    public ModelPartition Partition(byte[][] key)
    {
        var id = ModelPartition.Id(key);
        return _partitions.TryGetValue(id, out var found) ? found : _partitions[id] = new ModelPartition(schema, key);
    }
}
