using System.Buffers;
using Coterie.Model.Rows;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Rows;

public sealed class RowMergeTests
{
    private const int Iterations = 10_000;

    [Fact]
    public void Merging_does_not_depend_on_the_order_of_two() =>
        Gen.Select(RowGen.Encoded, RowGen.Encoded).Sample((x, y) => Same(Merge(x, y), Merge(y, x)), iter: Iterations);

    [Fact]
    public void Merging_does_not_depend_on_how_three_are_grouped() =>
        Gen.Select(RowGen.Encoded, RowGen.Encoded, RowGen.Encoded)
            .Sample((x, y, z) => Same(Merge(Merge(x, y), z), Merge(x, Merge(y, z))), iter: Iterations);

    [Fact]
    public void Merging_a_row_with_itself_or_again_changes_nothing() =>
        Gen.Select(RowGen.Encoded, RowGen.Encoded).Sample(
            (x, y) =>
            {
                Same(x, Merge(x, x));
                var both = Merge(x, y);
                Same(both, Merge(both, y));
                Same(both, Merge(x, both));
            },
            iter: Iterations);

    [Fact]
    public void Merging_gives_what_joining_dictionaries_gives() =>
        Gen.Select(RowGen.Rows, RowGen.Rows).Sample(
            (x, y) =>
            {
                var merged = Merge(x.Encode(), y.Encode());

                var expected = RowState.Join(x, y).Normal();
                Assert.Equal(expected.ToString(), RowState.Decode(merged).ToString());
                Same(expected.Encode(), merged);
            },
            iter: Iterations);

    [Fact]
    public void What_merging_gives_is_canonical() =>
        Gen.Select(RowGen.Encoded, RowGen.Encoded).Sample((x, y) => RowMerge.Validate(Merge(x, y)), iter: Iterations);

    [Fact]
    public void Equal_states_are_equal_bytes_and_others_are_not() =>
        Gen.Select(RowGen.Rows, RowGen.Rows).Sample(
            (x, y) =>
            {
                var sameState = x.Normal().ToString() == y.Normal().ToString();
                Assert.Equal(sameState, x.Encode().AsSpan().SequenceEqual(y.Encode()));
            },
            iter: Iterations);

    [Fact]
    public void Shadowing_leaves_what_is_later_than_the_outer_deletion() =>
        Gen.Select(RowGen.Rows, RowGen.Deletions).Sample(
            (x, outer) =>
            {
                var kept = Shadow(x.Encode(), outer);

                var expected = x.Normal(outer.Timestamp.Microseconds);
                Assert.Equal(expected.IsEmpty, kept is null);
                if (kept is not null)
                {
                    RowMerge.Validate(kept);
                    Assert.Equal(expected.ToString(), RowState.Decode(kept).ToString());
                }
            },
            iter: Iterations);

    [Fact]
    public void Shadowing_before_or_after_merging_is_the_same() =>
        Gen.Select(RowGen.Encoded, RowGen.Encoded, RowGen.Deletions).Sample(
            (x, y, outer) =>
            {
                var before = (Shadow(x, outer), Shadow(y, outer)) switch
                {
                    (null, var right) => right,
                    (var left, null) => left,
                    var (left, right) => Merge(left, right),
                };
                Assert.Equal(before, Shadow(Merge(x, y), outer));
            },
            iter: Iterations);

    [Fact]
    public void A_row_is_live_when_its_marker_or_a_cell_is() =>
        Gen.Select(RowGen.Rows, Gen.Long[-1, 3]).Sample(
            (x, now) => Assert.Equal(x.Normal().IsLive(now), RowMerge.IsLive(x.Encode(), now)), iter: Iterations);

    [Fact]
    public void The_generated_rows_meet_in_every_way_that_matters()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        Gen.Select(RowGen.Rows, RowGen.Rows).Sample(
            (x, y) =>
            {
                foreach (var (id, cell) in x.Simple)
                {
                    if (y.Simple.TryGetValue(id, out var other))
                    {
                        seen.Add(cell.Timestamp != other.Timestamp ? "timestamps differ" : cell.Kind != other.Kind ? "kinds differ" : cell != other ? "ties differ" : "equal cells");
                    }

                    seen.Add(x.Deletion.Shadows(new WriteTimestamp(cell.Timestamp)) ? "shadowed" : "kept");
                    seen.Add(x.Elements.ContainsKey(id) ? "an id that is both" : "an id that is one");
                }

                seen.Add(x.Elements.Keys.Intersect(y.CollectionDeletions.Keys).Any() ? "a collection deleted by the other" : "none");
                seen.Add(!x.Deletion.IsNone && x.Deletion.Timestamp == y.Deletion.Timestamp && x.Deletion != y.Deletion ? "deletions tie" : "deletions do not");
            },
            iter: Iterations,
            threads: 1);

        Assert.Superset(
            new SortedSet<string>(StringComparer.Ordinal)
            {
                "timestamps differ", "kinds differ", "ties differ", "equal cells", "shadowed", "kept", "an id that is both", "a collection deleted by the other", "deletions tie",
            },
            seen);
    }

    [Fact]
    public void Merging_and_reading_allocate_nothing()
    {
        var rows = Enumerable.Range(0, 200).Select(i => RowGen.Encoded.Single()).ToArray();
        var destination = new ArrayBufferWriter<byte>(1024 * 1024);
        long Run()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var row in rows)
            {
                destination.ResetWrittenCount();
                RowMerge.Merge(row, rows[0], destination);
                RowMerge.Validate(destination.WrittenSpan);
                RowMerge.IsLive(row, 1);
                RowMerge.Shadow(row, new Deletion(new WriteTimestamp(2), default), destination);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Run();
        Assert.Equal(0, Run());
    }

    [Theory]
    [InlineData(CellKind.Plain, CellKind.Expiring)]
    [InlineData(CellKind.Expiring, CellKind.Tombstone)]
    [InlineData(CellKind.Plain, CellKind.Tombstone)]
    public void At_equal_timestamps_a_tombstone_beats_an_expiring_cell_beats_a_plain_one(CellKind loser, CellKind winner)
    {
        Assert.True(CellOrder.Compare(Cell(loser, 1), Cell(winner, 1)) < 0);
        Assert.True(CellOrder.Compare(Cell(winner, 1), Cell(loser, 1)) > 0);
        Assert.True(CellOrder.Compare(Cell(loser, 2), Cell(winner, 1)) > 0);
    }

    private static Cell Cell(CellKind kind, long timestamp) => new()
    {
        Kind = kind,
        Timestamp = new WriteTimestamp(timestamp),
        ExpiresAtSeconds = kind == CellKind.Expiring ? 10 : 0,
        TtlSeconds = kind == CellKind.Expiring ? 10 : 0,
        Value = kind == CellKind.Tombstone ? [] : [0xFF],
    };

    private static byte[] Merge(byte[] left, byte[] right)
    {
        var destination = new ArrayBufferWriter<byte>();
        RowMerge.Merge(left, right, destination);
        return destination.WrittenSpan.ToArray();
    }

    private static byte[]? Shadow(byte[] row, Deletion outer)
    {
        var destination = new ArrayBufferWriter<byte>();
        var any = RowMerge.Shadow(row, outer, destination);
        Assert.Equal(any, destination.WrittenCount > 0);
        return any ? destination.WrittenSpan.ToArray() : null;
    }

    private static void Same(byte[] expected, byte[] actual) => Assert.Equal(expected, actual);
}
