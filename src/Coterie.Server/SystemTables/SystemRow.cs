using System.Buffers;
using Coterie.Model;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Time;

namespace Coterie.Server.SystemTables;

/// <summary>One row of a system table: values by column name, where what is not there is null. Encoded like a row that was read from replicas.</summary>
internal sealed class SystemRow
{
    private static readonly WriteTimestamp Written = new(0);

    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    /// <summary>Sets a column; null leaves it null.</summary>
    public byte[]? this[string column]
    {
        set
        {
            if (value is not null)
            {
                _values[column] = value;
            }
        }
    }

    /// <summary>System tables have one partition key column each, so that its value is the serialized key.</summary>
    public ReadOnlyMemory<byte> PartitionKey(TableSchema table) => _values[table.PartitionKey[0].Name];

    public RowEntry Encode(TableSchema table)
    {
        var key = new ArrayBufferWriter<byte>();
        EntryKey.BeginRow(key);
        foreach (var column in table.Clustering)
        {
            EntryKey.WriteClustering(column, _values[column.Name], key);
        }

        var row = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(row);
        writer.Marker(new Cell { Kind = CellKind.Plain, Timestamp = Written });
        foreach (var column in table.Regulars)
        {
            if (_values.TryGetValue(column.Name, out var value))
            {
                writer.SimpleColumn(column.Id, new Cell { Kind = CellKind.Plain, Timestamp = Written, Value = value });
            }
        }

        writer.Finish();
        Check.Request(_values.Keys.All(name => table.Column(name) is not null), "a system row has only columns of its table");
        return new RowEntry(key.WrittenMemory, row.WrittenMemory);
    }
}
