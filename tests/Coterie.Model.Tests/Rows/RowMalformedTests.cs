using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Rows;

public sealed class RowMalformedTests
{
    private const int Iterations = 20_000;

    private static readonly Gen<byte[]> Damaged = Gen.Select(RowGen.Encoded, Gen.Int[0, 3], Gen.Int[0, 1000], Gen.Byte).Select(Damage);

    [Fact]
    public void A_damaged_row_is_refused_or_is_another_row_in_canonical_form()
    {
        var refused = 0;
        var accepted = 0;
        Damaged.Sample(
            row =>
            {
                if (IsRefused(() => RowMerge.Validate(row)))
                {
                    refused++;
                    return;
                }

                accepted++;
                Assert.Equal(Convert.ToHexString(row), Convert.ToHexString(RowState.Decode(row).Encode()));
            },
            iter: Iterations,
            threads: 1);
        Assert.True(refused > 500 && accepted > 500, $"refused {refused}, accepted {accepted}");
    }

    [Fact]
    public void Random_bytes_are_refused_or_are_a_row() =>
        Gen.Byte.Array[0, 40].Sample(
            row =>
            {
                if (!IsRefused(() => RowMerge.Validate(row)))
                {
                    Assert.Equal(row, RowState.Decode(row).Encode());
                }
            },
            iter: Iterations);

    [Fact]
    public void Merging_never_fails_on_rows_that_can_be_read() =>
        Gen.Select(Damaged, Damaged, RowGen.Deletions).Sample(
            (x, y, outer) =>
            {
                var destination = new ArrayBufferWriter<byte>();
                var readable = !IsRefused(() => RowState.Decode(x)) & !IsRefused(() => RowState.Decode(y));
                Assert.Equal(!readable, IsRefused(() => RowMerge.Merge(x, y, destination)));
                Assert.Equal(IsRefused(() => RowState.Decode(x)), IsRefused(() => RowMerge.Shadow(x, outer, destination)));
                IsRefused(() => RowMerge.IsLive(x, 1));
            },
            iter: Iterations);

    [Fact]
    public void Every_prefix_of_a_row_is_refused_or_ends_between_columns() =>
        RowGen.Encoded.Sample(
            row =>
            {
                for (var length = 0; length < row.Length; length++)
                {
                    var prefix = row[..length];
                    if (!IsRefused(() => RowMerge.Validate(prefix)))
                    {
                        Assert.Equal(prefix, RowState.Decode(prefix).Encode());
                    }
                }
            },
            iter: 2_000);

    [Theory]
    [InlineData("", "ends too early")]
    [InlineData("00", "says nothing")]
    [InlineData("08", "unknown flags")]
    [InlineData("04", "ends too early")]
    [InlineData("0400", "ends too early")]
    [InlineData("040000", "should have been left out")]
    [InlineData("0410020161", "marker is a tombstone or has a value")]
    [InlineData("04020200", "should have been left out")]
    [InlineData("04020201", "marker is a tombstone")]
    [InlineData("02FFFFFFFFFFFFFFFFFF0100", "at no time")]
    [InlineData("0202FFFFFFFFFFFFFFFFFF01", "over 63 bits")]
    [InlineData("00010002", "simple column has a deletion")]
    [InlineData("000003", "unknown bits")]
    [InlineData("00002002", "unknown bits")]
    [InlineData("00000802", "plain cell repeats")]
    [InlineData("0000010205", "ends too early")]
    [InlineData("000001020500", "no TTL")]
    [InlineData("00000902", "repeats where there is none")]
    [InlineData("0000020200", "should have been left out")]
    [InlineData("0000100200", "empty but written")]
    [InlineData("00001A020161", "or a tombstone's")]
    [InlineData("000010020261", "ends too early")]
    [InlineData("020A000004", "shadows")]
    [InlineData("000000FFFFFFFFFFFFFFFFFF01", "a timestamp that is none")]
    [InlineData("0080", "ends too early")]
    [InlineData("008000", "shortest form")]
    [InlineData("00FFFFFFFFFFFFFFFFFF02", "over 64 bits")]
    [InlineData("00FFFFFFFFFFFFFFFFFF01", "id is too large")]
    [InlineData("000203", "neither elements")]
    [InlineData("0003000203", "not a tombstone")]
    [InlineData("0002000161", "ends too early")]
    public void What_is_wrong_is_said(string hex, string expected)
    {
        var row = Convert.FromHexString(hex);
        var refusal = Record.Exception(() => RowMerge.Validate(row));
        Assert.IsType<MalformedDataException>(refusal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_out_of_order_are_refused()
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        writer.BeginCollection(new ColumnId(1), Deletion.None);
        writer.Element([2], Plain(1));
        writer.Element([1], Plain(1));
        writer.Finish();

        Assert.True(IsRefused(() => RowMerge.Validate(destination.WrittenSpan)));
    }

    [Fact]
    public void A_collection_over_the_limit_is_refused_but_merges()
    {
        var row = Elements(Limits.CollectionElementsMax, 0);
        RowMerge.Validate(row);
        var destination = new ArrayBufferWriter<byte>();
        RowMerge.Merge(row, Elements(1, 1 << 20), destination);

        var refusal = Assert.Throws<MalformedDataException>(() => RowMerge.Validate(destination.WrittenSpan));
        Assert.Contains("elements", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_over_the_limit_is_refused()
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        writer.SimpleColumn(new ColumnId(1), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(1), Value = new byte[Limits.RowBytesMax] });
        writer.Finish();

        Assert.True(IsRefused(() => RowMerge.Validate(destination.WrittenSpan)));
    }

    [Fact]
    public void Writing_out_of_order_or_out_of_range_breaks_the_request()
    {
        Breaks((ref RowWriter writer) =>
        {
            writer.SimpleColumn(new ColumnId(1), Plain(1));
            writer.SimpleColumn(new ColumnId(1), Plain(1));
        });
        Breaks((ref RowWriter writer) =>
        {
            writer.SimpleColumn(new ColumnId(1), Plain(1));
            writer.RowDeletion(new Deletion(new WriteTimestamp(1), default));
        });
        Breaks((ref RowWriter writer) =>
        {
            writer.SimpleColumn(new ColumnId(1), Plain(1));
            writer.Element([1], Plain(1));
        });
        Breaks((ref RowWriter writer) => writer.Marker(Plain(long.MinValue)));
        Breaks((ref RowWriter writer) => writer.Marker(new Cell { Kind = CellKind.Tombstone, Timestamp = new WriteTimestamp(1) }));
        Breaks((ref RowWriter writer) => writer.SimpleColumn(new ColumnId(1), new Cell { Kind = CellKind.Expiring, Timestamp = new WriteTimestamp(1), TtlSeconds = 0 }));
        Breaks((ref RowWriter writer) => writer.SimpleColumn(new ColumnId(1), new Cell { Kind = CellKind.Tombstone, Timestamp = new WriteTimestamp(1), Value = [1] }));
    }

    private delegate void Writing(ref RowWriter writer);

    private static void Breaks(Writing writing) =>
        Assert.Throws<BrokenRequestException>(() =>
        {
            var writer = new RowWriter(new ArrayBufferWriter<byte>());
            writing(ref writer);
        });

    private static Cell Plain(long timestamp) => new() { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(timestamp) };

    private static byte[] Elements(int count, int first)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        writer.BeginCollection(new ColumnId(1), Deletion.None);
        var key = new byte[sizeof(int)];
        for (var i = first; i < first + count; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(key, i);
            writer.Element(key, Plain(1));
        }

        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    private static byte[] Damage(byte[] row, int how, int where, byte with)
    {
        var at = where % row.Length;
        switch (how)
        {
            case 0:
                return row[..at];
            case 1:
                return [.. row[..at], with, .. row[at..]];
            case 2:
                return [.. row[..at], .. row[(at + 1)..]];
            default:
                var changed = row.ToArray();
                changed[at] = with;
                return changed;
        }
    }

    /// <summary>True if it throws the one exception that decoders may throw; any other fails the test.</summary>
    private static bool IsRefused(Action reading)
    {
        try
        {
            reading();
            return false;
        }
        catch (MalformedDataException)
        {
            return true;
        }
    }
}
