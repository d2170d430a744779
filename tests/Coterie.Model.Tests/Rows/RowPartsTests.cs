using System.Buffers;
using Coterie.Model.Rows;
using CsCheck;

namespace Coterie.Model.Tests.Rows;

public sealed class RowPartsTests
{
    [Fact]
    public void The_join_of_the_parts_is_the_row_and_every_part_is_a_row() =>
        Gen.Select(RowGen.Encoded, Gen.Int[1, 60], Gen.Int[1, 4]).Sample(
            (row, bytesWanted, elementsMax) =>
            {
                ReadOnlyMemory<byte> joined = default;
                foreach (var part in RowParts.Of(row, bytesWanted, elementsMax))
                {
                    RowMerge.Validate(part.Span);
                    Assert.True(MostElements(part.Span) <= elementsMax || part.Length == row.Length);
                    joined = joined.IsEmpty ? part : Merge(part, joined);
                }

                Assert.True(joined.Span.SequenceEqual(row));
            },
            iter: 20_000);

    [Fact]
    public void A_row_within_the_sizes_is_one_part_and_not_copied() =>
        RowGen.Encoded.Sample(row => Assert.True(Assert.Single(RowParts.Of(row, int.MaxValue, int.MaxValue)).Span == row.AsSpan()));

    private static byte[] Merge(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        var destination = new ArrayBufferWriter<byte>();
        RowMerge.Merge(left.Span, right.Span, destination);
        return destination.WrittenSpan.ToArray();
    }

    private static int MostElements(ReadOnlySpan<byte> row)
    {
        var most = 0;
        var elements = 0;
        var reader = new RowReader(row);
        while (reader.MoveNext())
        {
            elements = reader.Part == RowPart.Element ? elements + 1 : 0;
            most = Math.Max(most, elements);
        }

        return most;
    }
}
