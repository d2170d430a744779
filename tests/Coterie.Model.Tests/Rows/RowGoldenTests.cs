using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Model.Tests.Golden;
using Coterie.Model.Time;

namespace Coterie.Model.Tests.Rows;

/// <summary>The encoding that is on disks and between nodes. A change here is a change of format.</summary>
public sealed class RowGoldenTests
{
    private const long Now = 1_795_478_400_000_000;

    private static readonly FormationTime Formed = new(1_795_478_400_123);

    [Fact]
    public void The_bytes_of_rows_are_golden()
    {
        var rows = All().ToList();
        foreach (var (_, row) in rows)
        {
            RowMerge.Validate(row);
        }

        GoldenFile.Check("rows.txt", rows.Select(row => $"{row.Name} {Convert.ToHexString(row.Row)}"));
    }

    [Fact]
    public void A_usual_row_costs_little_beside_its_value()
    {
        var row = Write((ref RowWriter writer) =>
        {
            writer.Marker(Plain(Now));
            writer.SimpleColumn(new ColumnId(1), Plain(Now, new byte[100]));
        });
        Assert.Equal(100 + 13, row.Length);
    }

    [Fact]
    public void Digests_are_golden_and_tell_entries_apart()
    {
        var digest = new RowDigest();
        var bytes = new byte[RowDigest.Bytes];
        string Of(params (string Key, string Row)[] entries)
        {
            foreach (var (key, row) in entries)
            {
                digest.Add(Convert.FromHexString(key), Convert.FromHexString(row));
            }

            digest.Finish(bytes);
            return Convert.ToHexString(bytes);
        }

        var one = Of(("40", "0402"));
        Assert.Equal(one, Of(("40", "0402")));
        Assert.NotEqual(one, Of(("4004", "02")));
        Assert.NotEqual(one, Of(("40", "0402"), ("", "")));
        GoldenFile.Check("digests.txt", [$"none {Of()}", $"one {one}", $"two {Of(("40", "0402"), ("4041", "00"))}"]);
    }

    private static IEnumerable<(string Name, byte[] Row)> All()
    {
        yield return ("marker", Write((ref RowWriter writer) => writer.Marker(Plain(Now))));
        yield return ("marker-at-zero", Write((ref RowWriter writer) => writer.Marker(Plain(0))));
        yield return ("has-ranges", Write((ref RowWriter writer) => writer.HasRanges()));
        yield return ("deletion", Write((ref RowWriter writer) => writer.RowDeletion(new Deletion(new WriteTimestamp(Now), Formed))));
        yield return ("header", Write((ref RowWriter writer) =>
        {
            writer.HasRanges();
            writer.RowDeletion(new Deletion(new WriteTimestamp(Now), Formed));
        }));
        yield return ("insert", Write((ref RowWriter writer) =>
        {
            writer.Marker(Plain(Now));
            writer.SimpleColumn(new ColumnId(0), Plain(Now, "text"u8));
            writer.SimpleColumn(new ColumnId(1), Plain(Now));
            writer.SimpleColumn(new ColumnId(200), Plain(Now + 1, "later"u8));
            writer.SimpleColumn(new ColumnId(ushort.MaxValue), Plain(Now - 1, "earlier"u8));
        }));
        yield return ("insert-with-ttl", Write((ref RowWriter writer) =>
        {
            writer.Marker(Expiring(Now));
            writer.SimpleColumn(new ColumnId(1), Expiring(Now, "text"u8));
            writer.SimpleColumn(new ColumnId(2), Expiring(Now + 5, [], 60));
        }));
        yield return ("tombstones", Write((ref RowWriter writer) =>
        {
            writer.RowDeletion(new Deletion(new WriteTimestamp(Now - 10), Formed));
            writer.SimpleColumn(new ColumnId(1), Tombstone(Now, Formed));
            writer.SimpleColumn(new ColumnId(2), Tombstone(Now, new FormationTime(Formed.Milliseconds + 1)));
            writer.BeginCollection(new ColumnId(3), new Deletion(new WriteTimestamp(Now), new FormationTime(Formed.Milliseconds + 1)));
        }));
        yield return ("collections", Write((ref RowWriter writer) =>
        {
            writer.Marker(Plain(Now));
            writer.BeginCollection(new ColumnId(1), new Deletion(new WriteTimestamp(Now - 1), Formed));
            writer.Element([], Plain(Now));
            writer.Element("a"u8, Plain(Now));
            writer.Element("b"u8, Expiring(Now, "value"u8));
            writer.Element("c"u8, Tombstone(Now, Formed));
            writer.BeginCollection(new ColumnId(2), Deletion.None);
            writer.Element([0, 0, 0, 1], Plain(Now, "one"u8));
            writer.SimpleColumn(new ColumnId(3), Plain(Now, "after"u8));
        }));
        yield return ("extremes", Write((ref RowWriter writer) =>
        {
            writer.Marker(Plain(long.MaxValue));
            writer.SimpleColumn(new ColumnId(1), Plain(long.MinValue + 1, [0]));
            writer.SimpleColumn(new ColumnId(2), new Cell
            {
                Kind = CellKind.Expiring, Timestamp = new WriteTimestamp(-1), ExpiresAtSeconds = long.MaxValue, TtlSeconds = int.MaxValue,
            });
        }));
    }

    private delegate void Writing(ref RowWriter writer);

    private static byte[] Write(Writing writing)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        writing(ref writer);
        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    private static Cell Plain(long timestamp, ReadOnlySpan<byte> value = default) =>
        new() { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(timestamp), Value = value };

    private static Cell Expiring(long timestamp, ReadOnlySpan<byte> value = default, int ttl = 3600) =>
        new() { Kind = CellKind.Expiring, Timestamp = new WriteTimestamp(timestamp), ExpiresAtSeconds = (Now / 1_000_000) + ttl, TtlSeconds = ttl, Value = value };

    private static Cell Tombstone(long timestamp, FormationTime formed) =>
        new() { Kind = CellKind.Tombstone, Timestamp = new WriteTimestamp(timestamp), Formed = formed };
}
