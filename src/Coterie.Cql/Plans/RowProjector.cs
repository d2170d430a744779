using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Time;

namespace Coterie.Cql.Plans;

/// <summary>
/// Writes result rows from encoded ones. A row is seen if its marker or any cell is live. A partition of which only the static row is live
/// gives one row, its clustering and regular columns null, unless rows were asked for by their clustering columns.
/// </summary>
internal class RowProjector(Projection projection, bool staticAlone, bool onePerPartition, long nowSeconds) : IRowProjector
{
    private readonly RowSlots? _static = projection.Table.Statics.IsEmpty ? null : new RowSlots(projection, isStatic: true, nowSeconds);
    private readonly RowSlots _row = new(projection, isStatic: false, nowSeconds);
    private readonly (int Start, int Length)[] _keyParts = new (int, int)[projection.Table.PartitionKey.Length];
    private readonly (int Start, int Length)[] _clustering = new (int, int)[projection.Table.Clustering.Length];
    private ArrayBufferWriter<byte>? _clusteringBytes;

    private protected Projection Projection => projection;

    public int Project(PartitionRows partition, int limit, IBufferWriter<byte> destination)
    {
        var staticIsLive = _static is not null && _static.Read(partition.Static);
        SplitPartitionKey(partition.PartitionKey.Span);
        var written = 0;
        var most = onePerPartition ? Math.Min(limit, 1) : limit;
        for (var i = 0; i < partition.Rows.Count && written < most; i++)
        {
            var entry = partition.Rows[i];
            if (_row.Read(entry.Row))
            {
                DecodeClustering(entry.EntryKey.Span);
                WriteRow(partition, entry.Row, destination);
                written++;
            }
        }

        if (written == 0 && most > 0 && staticIsLive && staticAlone)
        {
            _row.Read(default);
            Array.Fill(_clustering, (0, -1));
            WriteRow(partition, default, destination);
            written++;
        }

        return written;
    }

    public virtual int Finish(IBufferWriter<byte> destination) => 0;

    /// <summary>Whether the static or regular column in this slot has a value in the current row.</summary>
    private protected bool IsPresent(int slot) => SlotsOf(slot).IsPresent(slot);

    private protected virtual void WriteRow(PartitionRows partition, ReadOnlyMemory<byte> row, IBufferWriter<byte> destination)
    {
        foreach (var column in projection.Columns)
        {
            WriteColumn(column, partition, row, destination);
        }
    }

    private void WriteColumn(Projected column, PartitionRows partition, ReadOnlyMemory<byte> row, IBufferWriter<byte> destination)
    {
        switch (column.Kind)
        {
            case ProjectedKind.PartitionKey:
                var part = _keyParts[column.Source];
                Wire.WriteBytes(destination, partition.PartitionKey.Span.Slice(part.Start, part.Length));
                break;
            case ProjectedKind.Clustering:
                WriteClustering(column.Source, destination);
                break;
            case ProjectedKind.Value:
                var slots = SlotsOf(column.Source);
                slots.Write(slots == _static ? partition.Static : row, column.Source, destination);
                break;
            case ProjectedKind.WriteTime when SlotsOf(column.Source).TryGetTimestamp(column.Source, out var microseconds):
                Wire.WriteBigInt(destination, microseconds);
                break;
            case ProjectedKind.TimeToLive when SlotsOf(column.Source).TryGetTimeToLive(column.Source, out var seconds):
                Wire.WriteInt(destination, seconds);
                break;
            case ProjectedKind.Token:
                Wire.WriteBigInt(destination, partition.Token.Value);
                break;
            case ProjectedKind.Function:
                WriteFunction(projection.Functions[column.Source], destination);
                break;
            default:
                Wire.WriteNull(destination);
                break;
        }
    }

    private void WriteFunction(BoundTerm function, IBufferWriter<byte> destination)
    {
        function.Evaluate(new TermContext(new BoundValues(), new FormationTime(nowSeconds * 1000)), out var value);
        Wire.WriteBytes(destination, value);
    }

    private RowSlots SlotsOf(int slot) => projection.Slots[slot].Kind == Model.Schema.ColumnKind.Static ? _static! : _row;

    private void SplitPartitionKey(ReadOnlySpan<byte> key)
    {
        if (_keyParts.Length == 1)
        {
            _keyParts[0] = (0, key.Length);
            return;
        }

        var at = 0;
        for (var i = 0; i < _keyParts.Length; i++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(key[at..]);
            _keyParts[i] = (at + sizeof(ushort), length);
            at += sizeof(ushort) + length + 1;
        }
    }

    private void DecodeClustering(ReadOnlySpan<byte> entryKey)
    {
        if (!projection.NeedsClustering)
        {
            return;
        }

        var bytes = _clusteringBytes ??= new ArrayBufferWriter<byte>(64);
        bytes.ResetWrittenCount();
        var rest = entryKey[1..];
        for (var i = 0; i < _clustering.Length; i++)
        {
            var start = bytes.WrittenCount;
            rest = rest[EntryKey.ReadClustering(projection.Table.Clustering[i], rest, bytes)..];
            _clustering[i] = (start, bytes.WrittenCount - start);
        }
    }

    private void WriteClustering(int position, IBufferWriter<byte> destination)
    {
        var (start, length) = _clustering[position];
        if (length < 0)
        {
            Wire.WriteNull(destination);
        }
        else
        {
            Wire.WriteBytes(destination, _clusteringBytes!.WrittenSpan.Slice(start, length));
        }
    }
}
