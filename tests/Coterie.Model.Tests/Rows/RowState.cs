using System.Buffers;
using System.Globalization;
using Coterie.Model.Ids;
using Coterie.Model.Rows;

namespace Coterie.Model.Tests.Rows;

/// <summary>A row as dictionaries, joined entry by entry: the model that the encoded merge is checked against.</summary>
internal sealed class RowState
{
    public bool HasRanges { get; set; }

    public Deletion Deletion { get; set; } = Deletion.None;

    public CellState? Marker { get; set; }

    public SortedDictionary<ushort, CellState> Simple { get; } = [];

    public SortedDictionary<ushort, Deletion> CollectionDeletions { get; } = [];

    public SortedDictionary<ushort, SortedDictionary<string, CellState>> Elements { get; } = [];

    public bool IsEmpty => !HasRanges && Deletion.IsNone && Marker is null && Simple.Count == 0 && CollectionDeletions.Count == 0 && Elements.Count == 0;

    public static RowState Join(RowState left, RowState right)
    {
        var joined = new RowState { HasRanges = left.HasRanges | right.HasRanges };
        foreach (var row in (RowState[])[left, right])
        {
            joined.Deletion = Max(joined.Deletion, row.Deletion);
            joined.Marker = joined.Marker is null ? row.Marker : row.Marker is null ? joined.Marker : CellState.Greater(joined.Marker, row.Marker);
            foreach (var (id, cell) in row.Simple)
            {
                joined.Simple[id] = joined.Simple.TryGetValue(id, out var there) ? CellState.Greater(there, cell) : cell;
            }

            foreach (var (id, deletion) in row.CollectionDeletions)
            {
                joined.CollectionDeletions[id] = Max(joined.CollectionDeletions.GetValueOrDefault(id, Deletion.None), deletion);
            }

            foreach (var (id, elements) in row.Elements)
            {
                foreach (var (key, cell) in elements)
                {
                    joined.Put(id, key, joined.Elements.TryGetValue(id, out var all) && all.TryGetValue(key, out var there) ? CellState.Greater(there, cell) : cell);
                }
            }
        }

        return joined;
    }

    /// <summary>Without what is shadowed by the row's own deletions and by an outer one.</summary>
    public RowState Normal(long outer = long.MinValue)
    {
        var normal = new RowState { HasRanges = HasRanges, Deletion = Deletion.Timestamp.Microseconds > outer ? Deletion : Deletion.None };
        var floor = Math.Max(outer, Deletion.Timestamp.Microseconds);
        normal.Marker = Marker?.Timestamp > floor ? Marker : null;
        foreach (var (id, cell) in Simple.Where(simple => simple.Value.Timestamp > floor))
        {
            normal.Simple[id] = cell;
        }

        foreach (var (id, deletion) in CollectionDeletions.Where(one => one.Value.Timestamp.Microseconds > floor))
        {
            normal.CollectionDeletions[id] = deletion;
        }

        foreach (var (id, elements) in Elements)
        {
            var within = Math.Max(floor, normal.CollectionDeletions.GetValueOrDefault(id, Deletion.None).Timestamp.Microseconds);
            foreach (var (key, cell) in elements.Where(element => element.Value.Timestamp > within))
            {
                normal.Put(id, key, cell);
            }
        }

        return normal;
    }

    public bool IsLive(long nowSeconds) =>
        (Marker?.IsLive(nowSeconds) ?? false)
        || Simple.Values.Any(cell => cell.IsLive(nowSeconds))
        || Elements.Values.Any(elements => elements.Values.Any(cell => cell.IsLive(nowSeconds)));

    public void Put(ushort id, string keyHex, CellState cell)
    {
        if (!Elements.TryGetValue(id, out var elements))
        {
            Elements[id] = elements = new SortedDictionary<string, CellState>(StringComparer.Ordinal);
        }

        elements[keyHex] = cell;
    }

    public byte[] Encode()
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        if (HasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(Deletion);
        if (Marker is not null)
        {
            writer.Marker(Marker.ToCell());
        }

        foreach (var id in Simple.Keys.Concat(CollectionDeletions.Keys).Concat(Elements.Keys).Distinct().Order())
        {
            if (Simple.TryGetValue(id, out var cell))
            {
                writer.SimpleColumn(new ColumnId(id), cell.ToCell());
            }

            if (CollectionDeletions.ContainsKey(id) || Elements.ContainsKey(id))
            {
                writer.BeginCollection(new ColumnId(id), CollectionDeletions.GetValueOrDefault(id, Deletion.None));
                foreach (var (key, element) in Elements.GetValueOrDefault(id, []))
                {
                    writer.Element(Convert.FromHexString(key), element.ToCell());
                }
            }
        }

        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    public static RowState Decode(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        var state = new RowState { HasRanges = reader.HasRanges, Deletion = reader.RowDeletion, Marker = reader.HasMarker ? CellState.Of(reader.Marker) : null };
        while (reader.MoveNext())
        {
            switch (reader.Part)
            {
                case RowPart.SimpleColumn:
                    state.Simple.Add(reader.Column.Value, CellState.Of(reader.Cell));
                    break;
                case RowPart.Collection when !reader.CollectionDeletion.IsNone:
                    state.CollectionDeletions.Add(reader.Column.Value, reader.CollectionDeletion);
                    break;
                case RowPart.Element:
                    state.Put(reader.Column.Value, Convert.ToHexString(reader.ElementKey), CellState.Of(reader.Cell));
                    break;
            }
        }

        return state;
    }

    public override string ToString()
    {
        var lines = new List<string> { $"ranges {HasRanges}", $"deletion {Render(Deletion)}", $"marker {Marker}" };
        lines.AddRange(Simple.Select(simple => string.Create(CultureInfo.InvariantCulture, $"{simple.Key}: {simple.Value}")));
        lines.AddRange(CollectionDeletions.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key} deletion {Render(one.Value)}")));
        lines.AddRange(Elements.SelectMany(
            all => all.Value.Select(one => string.Create(CultureInfo.InvariantCulture, $"{all.Key}[{one.Key}]: {one.Value}"))));
        return string.Join('\n', lines);
    }

    private static string Render(Deletion deletion) => $"{deletion.Timestamp} formed {deletion.Formed.Milliseconds}";

    private static Deletion Max(Deletion left, Deletion right)
    {
        var (leftRank, rightRank) = ((left.Timestamp.Microseconds, left.Formed.Milliseconds), (right.Timestamp.Microseconds, right.Formed.Milliseconds));
        return leftRank.CompareTo(rightRank) < 0 ? right : left;
    }
}
