using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model.Reads;
using Coterie.Model.Schema;

namespace Coterie.Cql.Plans;

/// <summary>The row that a condition is about, with its partition's static row, as of one moment.</summary>
internal sealed class ConditionRow
{
    private readonly Projection _projection;
    private readonly RowSlots _static;
    private readonly RowSlots _row;
    private readonly ArrayBufferWriter<byte> _value = new();
    private ReadOnlyMemory<byte> _staticBytes;
    private ReadOnlyMemory<byte> _rowBytes;

    public ConditionRow(TableSchema table, IEnumerable<ColumnSchema> columns, long nowSeconds)
    {
        _projection = Projection.Of(table, [.. columns]);
        _static = new RowSlots(_projection, isStatic: true, nowSeconds);
        _row = new RowSlots(_projection, isStatic: false, nowSeconds);
    }

    /// <summary>Whether a read would see it.</summary>
    public bool Exists { get; private set; }

    /// <param name="partition">Null: there is nothing.</param>
    /// <param name="entryKey">Empty: the static row is meant.</param>
    public void Load(PartitionRows? partition, ReadOnlySpan<byte> entryKey)
    {
        _staticBytes = partition?.Static ?? default;
        _rowBytes = default;
        for (var i = 0; partition is not null && i < partition.Rows.Count; i++)
        {
            if (partition.Rows[i].EntryKey.Span.SequenceEqual(entryKey))
            {
                _rowBytes = partition.Rows[i].Row;
            }
        }

        var staticExists = _static.Read(_staticBytes);
        var rowExists = _row.Read(_rowBytes);
        Exists = entryKey.IsEmpty ? staticExists : rowExists;
    }

    /// <summary>The column's value, good until the next call. False: it has none.</summary>
    public bool TryGet(ColumnSchema column, out ReadOnlySpan<byte> value)
    {
        var isStatic = column.Kind == ColumnKind.Static;
        var slot = _projection.SlotOf(isStatic, column.Id);
        _value.ResetWrittenCount();
        (isStatic ? _static : _row).Write(isStatic ? _staticBytes : _rowBytes, slot, _value);
        value = _value.WrittenSpan[sizeof(int)..];
        return BinaryPrimitives.ReadInt32BigEndian(_value.WrittenSpan) >= 0;
    }
}
