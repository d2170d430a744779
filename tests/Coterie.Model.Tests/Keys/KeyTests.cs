using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Schema;
using Coterie.Model.Tests.Golden;
using Coterie.Model.Tests.Types;
using Coterie.Model.Types;
using CsCheck;

namespace Coterie.Model.Tests.Keys;

public sealed class KeyTests
{
    private static readonly StorageId Table = new(7);

    public static TheoryData<string> KeyTypes => [.. TypeSamples.Ascending.Keys];

    private static readonly Gen<byte[]> Bytes = Gen.Frequency((2, Gen.Byte.Array[0, 20]), (1, Gen.OneOf<byte>(0, 1, 0xFE, 0xFF).Array[0, 8]));

    [Fact]
    public void Escaped_bytes_sort_as_bytes_and_are_read_back() =>
        Gen.Select(Bytes, Bytes).Sample(
            (x, y) =>
            {
                var (xKey, yKey) = (Written(to => OrderedBytes.WriteEscaped(x, to)), Written(to => OrderedBytes.WriteEscaped(y, to)));
                Assert.Equal(Math.Sign(x.AsSpan().SequenceCompareTo(y)), Math.Sign(xKey.AsSpan().SequenceCompareTo(yKey)));
                var read = new ArrayBufferWriter<byte>();
                Assert.Equal(xKey.Length, OrderedBytes.ReadEscaped([.. xKey, .. yKey], read));
                Assert.Equal(x, read.WrittenSpan.ToArray());
            },
            iter: 20_000);

    [Fact]
    public void Data_keys_sort_by_table_then_token_then_partition_key_and_are_read_back()
    {
        var parts = Gen.Select(Gen.UInt[0, 2], Gen.OneOf(long.MinValue, -1, 0, 1, long.MaxValue), Bytes);
        Gen.Select(parts, parts).Sample(
            (x, y) =>
            {
                var (xKey, yKey) = (Partition(x), Partition(y));
                var order = x.Item1.CompareTo(y.Item1);
                order = order != 0 ? order : x.Item2.CompareTo(y.Item2);
                order = order != 0 ? order : x.Item3.AsSpan().SequenceCompareTo(y.Item3);
                Assert.Equal(Math.Sign(order), Math.Sign(xKey.AsSpan().SequenceCompareTo(yKey)));

                var partitionKey = new ArrayBufferWriter<byte>();
                Assert.Equal(xKey.Length, DataKey.Read([.. xKey, .. EntryKey.Static], out var table, out var token, partitionKey));
                Assert.Equal((x.Item1, x.Item2), (table.Value, token.Value));
                Assert.Equal(x.Item3, partitionKey.WrittenSpan.ToArray());
                var start = Written(to => DataKey.WriteTokenStart(table, token, to));
                Assert.True(start.AsSpan().SequenceCompareTo(xKey) < 0 && xKey.AsSpan().StartsWith(start));
            },
            iter: 20_000);
    }

    [Fact]
    public void Entries_of_a_partition_stand_in_the_order_of_reading_and_before_the_next_partition()
    {
        var partition = Partition((7, 5, "a"u8.ToArray()));
        byte[][] keys =
        [
            [.. partition, .. EntryKey.Header],
            [.. partition, .. EntryKey.Static],
            [.. partition, .. Written(to => EntryKey.WriteRangeTombstone([0x40], [0x40, 0xFF], to))],
            [.. partition, .. Row([])],
            [.. Partition((7, 5, "a\0"u8.ToArray())), .. EntryKey.Header],
            [.. Partition((7, 5, "aa"u8.ToArray())), .. EntryKey.Header],
        ];
        for (var i = 1; i < keys.Length; i++)
        {
            Assert.True(keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) < 0, $"{i}");
        }
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Rows_stand_in_clustering_order_ascending_and_descending(string name)
    {
        var type = CqlTypeParser.Parse(name);
        var values = TypeSamples.Ascending[name];
        var pairs = values.SelectMany(first => values.Select(second => (first, second))).ToArray();
        Gen.Select(Gen.OneOf(pairs), Gen.OneOf(pairs), Gen.Bool, Gen.Bool).Sample(
            (x, y, firstDescending, secondDescending) =>
            {
                var (first, second) = (Column(type, firstDescending), Column(type, secondDescending));
                var (xKey, yKey) = (Row([(first, x.first), (second, x.second)]), Row([(first, y.first), (second, y.second)]));

                var order = type.Compare(x.first, y.first) * (firstDescending ? -1 : 1);
                order = order != 0 ? order : type.Compare(x.second, y.second) * (secondDescending ? -1 : 1);
                Assert.Equal(Math.Sign(order), Math.Sign(xKey.AsSpan().SequenceCompareTo(yKey)));

                var read = new ArrayBufferWriter<byte>();
                var length = EntryKey.ReadClustering(first, xKey.AsSpan(1), read);
                Assert.Equal(x.first, read.WrittenSpan.ToArray());
                read.ResetWrittenCount();
                Assert.Equal(xKey.Length - 1 - length, EntryKey.ReadClustering(second, xKey.AsSpan(1 + length), read));
                Assert.Equal(x.second, read.WrittenSpan.ToArray());

                AssertBoundsHold(first, x.first, yKey, type.Compare(x.first, y.first) * (firstDescending ? -1 : 1));
                AssertWholeKeyBoundsHold(xKey, yKey, order);
            },
            iter: 3_000);
    }

    [Fact]
    public void Range_tombstones_give_their_bounds_back()
    {
        var key = Written(to => EntryKey.WriteRangeTombstone([0x40, 1], [0x40, 2, 0xFF], to));
        EntryKey.ReadRangeTombstone(key, out var start, out var end);
        Assert.Equal([0x40, 1], start.ToArray());
        Assert.Equal([0x40, 2, 0xFF], end.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("300000")]
    [InlineData("3000000000")]
    [InlineData("3000000001414040")]
    [InlineData("300000000140")]
    [InlineData("30FFFFFFFF4040")]
    [InlineData("30000000064040")]
    [InlineData("40000000014040")]
    public void What_is_no_range_tombstone_is_refused(string hex) =>
        Assert.Throws<MalformedDataException>(() => EntryKey.ReadRangeTombstone(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void Random_bytes_are_keys_or_refused() =>
        Bytes.Sample(
            key =>
            {
                Refuse(() => DataKey.Read(key, out _, out _, new ArrayBufferWriter<byte>()));
                Refuse(() => EntryKey.ReadRangeTombstone(key, out _, out _));
                foreach (var type in NativeType.All)
                {
                    Refuse(() => EntryKey.ReadClustering(Column(type, false), key, new ArrayBufferWriter<byte>()));
                    Refuse(() => EntryKey.ReadClustering(Column(type, true), key, new ArrayBufferWriter<byte>()));
                }
            },
            iter: 10_000);

    [Fact]
    public void Writing_a_key_allocates_nothing()
    {
        var destination = new ArrayBufferWriter<byte>(1024);
        ColumnSchema[] columns = [Column(NativeType.Text, true), Column(NativeType.TimeUuid, false), Column(NativeType.Int, true)];
        byte[][] values = ["some\0text"u8.ToArray(), TypeSamples.Uuid("00000000-0000-1001-8000-000000000000"), TypeSamples.Int(5)];
        long Run()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                destination.ResetWrittenCount();
                DataKey.WritePartition(Table, Partitioner.TokenOf(values[0]), values[0], destination);
                EntryKey.BeginRow(destination);
                for (var column = 0; column < columns.Length; column++)
                {
                    EntryKey.WriteClustering(columns[column], values[column], destination);
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Run();
        Assert.Equal(0, Run());
    }

    [Fact]
    public void The_bytes_of_keys_are_golden()
    {
        var lines = new List<string>
        {
            $"partition {Convert.ToHexString(Partition((7, -1, "a\0b"u8.ToArray())))}",
            $"range-tombstone {Convert.ToHexString(Written(to => EntryKey.WriteRangeTombstone([0x40, 1], [0x40, 2, 0xFF], to)))}",
        };
        foreach (var (name, values) in TypeSamples.Ascending)
        {
            foreach (var value in values.Where(value => value.Length < 100))
            {
                var ascending = Convert.ToHexString(Row([(Column(CqlTypeParser.Parse(name), false), value)]));
                var descending = Convert.ToHexString(Row([(Column(CqlTypeParser.Parse(name), true), value)]));
                lines.Add($"{name.Replace(" ", "", StringComparison.Ordinal)} {Convert.ToHexString(value)} {ascending} {descending}");
            }
        }

        GoldenFile.Check("keys.txt", lines);
    }

    /// <summary>A bound over the first value alone stands before, or after, every row with that value.</summary>
    private static void AssertBoundsHold(ColumnSchema first, byte[] value, byte[] row, int order)
    {
        byte[] Bound(bool after) => Written(to =>
        {
            EntryKey.BeginRow(to);
            EntryKey.WriteClustering(first, value, to);
            EntryKey.EndBound(after, to);
        });
        Assert.Equal(order <= 0, Bound(after: false).AsSpan().SequenceCompareTo(row) <= 0);
        Assert.Equal(order < 0, Bound(after: true).AsSpan().SequenceCompareTo(row) <= 0);
    }

    /// <summary>The same for a bound over all clustering values, which has a row of its own.</summary>
    private static void AssertWholeKeyBoundsHold(byte[] key, byte[] row, int order)
    {
        Assert.Equal(order <= 0, Written(to => { to.Write(key); EntryKey.EndBound(false, to); }).AsSpan().SequenceCompareTo(row) <= 0);
        Assert.Equal(order < 0, Written(to => { to.Write(key); EntryKey.EndBound(true, to); }).AsSpan().SequenceCompareTo(row) <= 0);
    }

    private static ColumnSchema Column(CqlType type, bool descending) => new("c", ColumnKind.Clustering, type, 0, descending, default);

    private static byte[] Partition((uint Table, long Token, byte[] Key) parts) =>
        Written(to => DataKey.WritePartition(new StorageId(parts.Table), new Token(parts.Token), parts.Key, to));

    private static byte[] Row((ColumnSchema Column, byte[] Value)[] values) => Written(to =>
    {
        EntryKey.BeginRow(to);
        foreach (var (column, value) in values)
        {
            EntryKey.WriteClustering(column, value, to);
        }
    });

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var destination = new ArrayBufferWriter<byte>();
        write(destination);
        return destination.WrittenSpan.ToArray();
    }

    private static void Refuse(Action reading)
    {
        try
        {
            reading();
        }
        catch (MalformedDataException)
        {
            // The only exception that a decoder may throw.
        }
    }
}
