using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Coterie.Host.CqlClient;
using Coterie.Model;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Model.Trees;
using Coterie.Model.Types;
using Coterie.Server.Protocol;

namespace Coterie.Host.Admin.Trees;

/// <summary>Stored keys and rows in words: by the table's columns, each cell with its timestamp, tombstones too. Pure.</summary>
internal static class RowDescription
{
    public const int CellsMax = 100;
    public const int TextMax = 300;

    /// <exception cref="MalformedDataException">Not a key of the table.</exception>
    public static string KeyOf(TableSchema table, byte[] key)
    {
        var partition = new ArrayBufferWriter<byte>();
        var entry = key.AsSpan(DataKey.Read(key, out _, out _, partition));
        var parts = PartitionValues(table, partition.WrittenSpan);
        if (entry.IsEmpty)
        {
            throw new MalformedDataException("a key without an entry");
        }

        return Cut((EntryKind)entry[0] switch
        {
            EntryKind.Header => $"{parts}: what is deleted of the whole partition",
            EntryKind.Static => $"{parts}: its static columns",
            EntryKind.RangeTombstone => $"{parts}: rows that were deleted together",
            EntryKind.Row => $"{parts}{ClusteringValues(table, entry[1..])}",
            var kind => throw new MalformedDataException($"an entry of kind {kind}"),
        });
    }

    /// <exception cref="MalformedDataException">Not a row.</exception>
    public static RowVersionReport VersionOf(TableSchema table, byte[] key, byte[] row)
    {
        var cells = new List<RowCellReport>();
        var leftOut = 0;
        var reader = new RowReader(row);
        if (!reader.RowDeletion.IsNone)
        {
            cells.Add(new RowCellReport("all that was written before", null, "deletion", Text(reader.RowDeletion.Timestamp)));
        }

        if (reader.HasMarker)
        {
            cells.Add(new RowCellReport("the row itself", null, "marker", Text(reader.Marker.Timestamp)));
        }

        while (reader.MoveNext())
        {
            if (CellOf(table, reader) is not { } cell)
            {
                continue;
            }

            if (cells.Count == CellsMax)
            {
                leftOut++;
            }
            else
            {
                cells.Add(cell);
            }
        }

        return new RowVersionReport(EntryHash.Of(key, row).ToString("x32", CultureInfo.InvariantCulture), cells, leftOut);
    }

    private static RowCellReport? CellOf(TableSchema table, in RowReader reader)
    {
        var id = reader.Column;
        var column = table.Statics.Concat(table.Regulars).FirstOrDefault(column => column.Id == id);
        var name = column?.Name ?? $"a column that is gone ({id.Value})";
        return reader.Part switch
        {
            RowPart.Collection when reader.CollectionDeletion.IsNone => null,
            RowPart.Collection => new RowCellReport($"{name}, all of it before", null, "deletion", Text(reader.CollectionDeletion.Timestamp)),
            RowPart.Element => ElementOf(name, column?.Type, reader),
            _ => Cell(name, column?.Type, reader.Cell),
        };
    }

    private static RowCellReport ElementOf(string name, CqlType? type, in RowReader reader) => type switch
    {
        MapType map => Cell(Cut($"{name}[{Value(map.Key, reader.ElementKey)}]"), map.Value, reader.Cell),
        SetType set => Cell(Cut($"{name}: {Value(set.Element, reader.ElementKey)}"), null, reader.Cell),
        ListType list => Cell($"{name}[…]", list.Element, reader.Cell),
        _ => Cell(Cut($"{name}[0x{Convert.ToHexStringLower(reader.ElementKey)}]"), null, reader.Cell),
    };

    private static RowCellReport Cell(string name, CqlType? type, Cell cell) => new(
        name,
        cell.Kind == CellKind.Tombstone ? null : type is null && cell.Value.IsEmpty ? null : Cut(Value(type, cell.Value)),
        cell.Kind switch
        {
            CellKind.Plain => "value",
            CellKind.Expiring => "expiring",
            _ => "tombstone",
        },
        Text(cell.Timestamp));

    private static string PartitionValues(TableSchema table, ReadOnlySpan<byte> key)
    {
        if (table.PartitionKey.Length == 1)
        {
            return Value(table.PartitionKey[0].Type, key);
        }

        var values = new List<string>();
        foreach (var column in table.PartitionKey)
        {
            var length = key.Length < sizeof(ushort) ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(key);
            if (length > key.Length - sizeof(ushort) - 1)
            {
                throw new MalformedDataException("a partition key of fewer columns than the table has");
            }

            values.Add(Value(column.Type, key.Slice(sizeof(ushort), length)));
            key = key[(sizeof(ushort) + length + 1)..];
        }

        return $"({string.Join(", ", values)})";
    }

    private static string ClusteringValues(TableSchema table, ReadOnlySpan<byte> rest)
    {
        var values = new List<string>();
        foreach (var column in table.Clustering)
        {
            var value = new ArrayBufferWriter<byte>();
            rest = rest[EntryKey.ReadClustering(column, rest, value)..];
            values.Add(Value(column.Type, value.WrittenSpan));
        }

        return string.Concat(values.Select(static value => $", {value}"));
    }

    private static string Value(CqlType? type, ReadOnlySpan<byte> value)
    {
        if (type is null)
        {
            return $"0x{Convert.ToHexStringLower(value)}";
        }

        var option = new ArrayBufferWriter<byte>();
        type.WriteOption(option);
        var reader = new BodyReader(option.WrittenMemory);
        return ValueText.Format(WireType.Read(ref reader), value.ToArray());
    }

    private static string Cut(string text) => text.Length <= TextMax ? text : $"{text[..TextMax]}…";

    private static string Text(WriteTimestamp timestamp) => timestamp.Microseconds.ToString(CultureInfo.InvariantCulture);
}
