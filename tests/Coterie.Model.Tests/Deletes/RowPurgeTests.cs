using System.Buffers;
using Coterie.Model.Deletes;
using Coterie.Model.Rows;
using Coterie.Model.Tests.Rows;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Deletes;

public sealed class RowPurgeTests
{
    private const int Iterations = 10_000;

    /// <summary>About the formations (0 to 2 ms) and the expiries (0 to 2 s) of generated rows.</summary>
    private static readonly Gen<FormationTime> Horizons =
        Gen.OneOf(0L, 1, 2, 3, 1000, 1001, 2001, long.MaxValue).Select(milliseconds => new FormationTime(milliseconds));

    [Fact]
    public void What_is_left_is_what_was_neither_deleted_nor_expired_before_the_horizon() =>
        Gen.Select(RowGen.Rows, Horizons).Sample(
            (row, horizon) =>
            {
                var expected = Purge(row.Normal(), horizon.Milliseconds);
                var left = Apply(row.Encode(), horizon);
                Assert.Equal(expected.IsEmpty ? null : expected.ToString(), left is null ? null : RowState.Decode(left).ToString());
                if (left is not null)
                {
                    RowMerge.Validate(left);
                }
            },
            iter: Iterations);

    /// <summary>Where a log orders writes, what is not yet applied must find everything that is newer still there.</summary>
    [Fact]
    public void Nothing_with_a_later_timestamp_than_the_limit_goes() =>
        Gen.Select(RowGen.Rows, Horizons, Gen.OneOf(long.MinValue, -1L, 0, 1, 2, 3, 5, long.MaxValue)).Sample(
            (row, horizon, newest) =>
            {
                var expected = Purge(row.Normal(), horizon.Milliseconds, newest);
                var left = Apply(row.Encode(), new PurgeLimit(horizon, new WriteTimestamp(newest)));
                Assert.Equal(expected.IsEmpty ? null : expected.ToString(), left is null ? null : RowState.Decode(left).ToString());
            },
            iter: Iterations);

    [Fact]
    public void There_is_something_to_sweep_exactly_above_the_oldest_that_can_be_swept() =>
        Gen.Select(RowGen.Encoded, Horizons).Sample(
            (row, horizon) => Assert.Equal(RowPurge.OldestPurgeable(row) < horizon.Milliseconds, !row.AsSpan().SequenceEqual(Apply(row, horizon))),
            iter: Iterations);

    [Fact]
    public void Sweeping_at_two_horizons_is_sweeping_at_the_later() =>
        Gen.Select(RowGen.Encoded, Horizons, Horizons).Sample(
            (row, first, second) =>
            {
                var later = first.CompareTo(second) > 0 ? first : second;
                var once = Apply(row, first);
                Assert.Equal(Apply(row, later), once is null ? null : Apply(once, second));
            },
            iter: Iterations);

    [Fact]
    public void Sweeping_changes_nothing_that_a_reader_after_the_horizon_can_see() =>
        Gen.Select(RowGen.Encoded, Horizons).Sample(
            (row, horizon) =>
            {
                var nowSeconds = (horizon.Milliseconds / 1000) + 1;
                var left = Apply(row, horizon);
                Assert.Equal(RowMerge.IsLive(row, nowSeconds), left is not null && RowMerge.IsLive(left, nowSeconds));
            },
            iter: Iterations);

    private static byte[]? Apply(byte[] row, PurgeLimit limit)
    {
        var destination = new ArrayBufferWriter<byte>();
        var any = RowPurge.Apply(row, limit, destination);
        Assert.Equal(any, destination.WrittenCount > 0);
        return any ? destination.WrittenSpan.ToArray() : null;
    }

    private static RowState Purge(RowState row, long horizon, long newest = long.MaxValue)
    {
        bool Goes(CellState cell) => cell.Timestamp <= newest && (cell.Kind == CellKind.Tombstone ? cell.Formed < horizon
            : cell.Kind == CellKind.Expiring && (decimal)cell.ExpiresAt * 1000 < horizon);
        Deletion Kept(Deletion deletion) => deletion.Timestamp.Microseconds <= newest && deletion.Formed.Milliseconds < horizon ? Deletion.None : deletion;

        var left = new RowState { HasRanges = row.HasRanges, Deletion = Kept(row.Deletion), Marker = row.Marker is null || Goes(row.Marker) ? null : row.Marker };
        foreach (var (id, cell) in row.Simple.Where(one => !Goes(one.Value)))
        {
            left.Simple[id] = cell;
        }

        foreach (var (id, deletion) in row.CollectionDeletions.Where(one => !Kept(one.Value).IsNone))
        {
            left.CollectionDeletions[id] = deletion;
        }

        foreach (var (id, elements) in row.Elements)
        {
            foreach (var (key, cell) in elements.Where(one => !Goes(one.Value)))
            {
                left.Put(id, key, cell);
            }
        }

        return left;
    }
}
