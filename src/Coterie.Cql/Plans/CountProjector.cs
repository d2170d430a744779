using System.Buffers;
using Coterie.Model.Reads;

namespace Coterie.Cql.Plans;

/// <summary>Counts rows, and values of columns: <c>count(*)</c> and <c>count(c)</c>.</summary>
internal sealed class CountProjector(Projection projection, bool staticAlone, long nowSeconds)
    : RowProjector(projection, staticAlone, onePerPartition: false, nowSeconds)
{
    private readonly long[] _counts = new long[projection.Columns.Length];

    public override int Finish(IBufferWriter<byte> destination)
    {
        foreach (var count in _counts)
        {
            Wire.WriteBigInt(destination, count);
        }

        return 1;
    }

    private protected override void WriteRow(PartitionRows partition, ReadOnlyMemory<byte> row, IBufferWriter<byte> destination)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            var column = Projection.Columns[i];
            if (column.Kind == ProjectedKind.CountOfRows || IsPresent(column.Source))
            {
                _counts[i]++;
            }
        }
    }
}
