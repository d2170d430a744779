using Coterie.Cluster.Transport;
using static Coterie.Repair.Tests.TestRows;

namespace Coterie.Repair.Tests;

/// <summary>Whole exchanges between two replicas that do as they should.</summary>
public sealed class ExchangeTests : IAsyncDisposable
{
    private readonly ReplicaPair _pair = new();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task Equal_replicas_send_nothing()
    {
        await BothAsync(Enumerable.Range(0, 2_000));
        _pair.Settle();

        await _pair.CompareAsync();

        Assert.Equal((0, 0), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(_pair.Figures.RangesCompared, _pair.Figures.RangesEqual);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2_000)]
    [InlineData(20_000)]
    public async Task Rows_that_one_side_lacks_travel_there_and_no_others(int rows)
    {
        await BothAsync(Enumerable.Range(0, rows));
        await _pair.Local.WriteAsync((Key(-1), Value(5, "only here")));
        await _pair.Peer.WriteAsync((Key(-2), Value(5, "only there")), (Key(-3), Value(6, "only there")));
        await _pair.Local.ReadLeavesAsync();
        await _pair.Peer.ReadLeavesAsync();

        await _pair.CompareAsync();

        Assert.Equal((3, 3), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(_pair.Local.Rows(), _pair.Peer.Rows());
        Assert.Equal(rows + 3, _pair.Local.Rows().Count);
    }

    [Fact]
    public async Task Of_two_versions_the_newer_travels_alone()
    {
        await BothAsync(Enumerable.Range(0, 500));
        await _pair.Local.WriteAsync((Key(7), Value(90, "newer here")));
        await _pair.Peer.WriteAsync((Key(8), Value(90, "newer there")));
        _pair.Settle();

        await _pair.CompareAsync();

        Assert.Equal(2, _pair.Figures.RowsSent);
        Assert.Equal(_pair.Local.Rows(), _pair.Peer.Rows());
    }

    [Fact]
    public async Task Where_each_has_something_that_the_other_lacks_both_get_it()
    {
        await BothAsync(Enumerable.Range(0, 500));
        await _pair.Local.WriteAsync((Key(7), Value(90, "a", column: 2)));
        await _pair.Peer.WriteAsync((Key(7), Value(80, "b", column: 3)));
        _pair.Settle();

        await _pair.CompareAsync();

        Assert.Equal((1, 3), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(_pair.Local.Rows(), _pair.Peer.Rows());
    }

    [Fact]
    public async Task What_each_side_had_reaches_the_other_even_if_the_row_is_written_again_and_again_meanwhile()
    {
        await _pair.Local.WriteAsync((Key(7), Value(90, "a", column: 2)));
        await _pair.Peer.WriteAsync((Key(7), Value(80, "b", column: 3)));
        _pair.Settle();
        var looks = 0;

        // Before each look but the first the driver's row has become the newer one again.
        _pair.Before = (_, verb) =>
        {
            if (verb == Verb.RowDigests && ++looks > 1)
            {
                _pair.Local.WriteAsync((Key(7), Value(100 + looks, "c", column: 4))).Wait(TestContext.Current.CancellationToken);
            }
        };

        await _pair.CompareAsync();

        Assert.Contains(Convert.ToHexString("b"u8), Convert.ToHexString(_pair.Local.Row(Key(7))!), StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString("a"u8), Convert.ToHexString(_pair.Peer.Row(Key(7))!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_counts_and_sends_nothing()
    {
        await BothAsync(Enumerable.Range(0, 500));
        await _pair.Peer.WriteAsync((Key(-2), Value(5, "only there")));
        await _pair.Local.WriteAsync((Key(-1), Value(5, "only here")));
        _pair.Settle();
        var before = _pair.Local.Rows();

        await _pair.CompareAsync(dryRun: true);

        Assert.Equal((2, 0), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(before, _pair.Local.Rows());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_side_with_nothing_gets_all_without_comparing(bool localIsEmpty)
    {
        var (full, empty) = localIsEmpty ? (_pair.Peer, _pair.Local) : (_pair.Local, _pair.Peer);
        await full.WriteAsync(Enumerable.Range(0, 3_000).Select(static id => (Key(id), Value(1, new string('v', 400)))));
        _pair.Settle();

        await _pair.CompareAsync();

        Assert.Equal((3_000, 3_000), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(full.Rows(), empty.Rows());
    }

    [Fact]
    public async Task What_is_on_its_way_and_arrives_is_not_sent()
    {
        await BothAsync([50]);
        _pair.Settle();
        await _pair.Local.WriteAsync((Key(1), Value(5, "recent")), (Key(2), Deletion(5, deletedAt: 3_000)));
        await _pair.Peer.WriteAsync((Key(3), Value(5, "recent")));
        _pair.Waiting = async () =>
        {
            await _pair.Peer.WriteAsync((Key(1), Value(5, "recent")), (Key(2), Deletion(5, deletedAt: 3_000)));
            await _pair.Local.WriteAsync((Key(3), Value(5, "recent")));
        };

        await _pair.CompareAsync(cut: 2_000);

        Assert.Equal((0, 0), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(_pair.Local.Rows(), _pair.Peer.Rows());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_does_not_arrive_in_a_moment_is_sent(bool dryRun)
    {
        await BothAsync([50]);
        _pair.Settle();
        await _pair.Local.WriteAsync((Key(1), Value(5, "recent")), (Key(2), Deletion(5, deletedAt: 3_000)));

        await _pair.CompareAsync(dryRun, cut: 2_000);

        Assert.Equal((2, dryRun ? 0 : 2), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(dryRun ? 1 : 3, _pair.Peer.Rows().Count);
    }

    [Fact]
    public async Task A_tombstone_from_before_the_cut_is_not_waited_for()
    {
        await _pair.Local.WriteAsync((Key(2), Deletion(5, deletedAt: 1_000)));
        _pair.Waiting = () => throw new InvalidOperationException("nothing is on its way");

        await _pair.CompareAsync(cut: 2_000);

        Assert.NotNull(_pair.Peer.Row(Key(2)));
    }

    [Fact]
    public async Task A_row_that_is_written_all_the_time_gets_what_it_lacks_all_the_same()
    {
        await BothAsync(Enumerable.Range(0, 500));
        await _pair.Local.WriteAsync((Key(7), Value(90, "a", column: 2)));
        _pair.Settle();
        var timestamp = 100;
        await WriteBothAsync();

        // Never equal when somebody looks: a write is always on its way to the peer.
        _pair.Before = (_, verb) =>
        {
            if (verb is Verb.RowDifference or Verb.RowFetch)
            {
                WriteBothAsync().Wait(TestContext.Current.CancellationToken);
            }
        };
        await _pair.CompareAsync();

        Assert.Contains(Convert.ToHexString("a"u8), Convert.ToHexString(_pair.Peer.Row(Key(7))!), StringComparison.Ordinal);

        // Now it lacks nothing, and what is on its way is let come by itself.
        var before = _pair.Figures.RowsSent;
        await _pair.CompareAsync();
        Assert.Equal(before, _pair.Figures.RowsSent);

        async Task WriteBothAsync()
        {
            timestamp++;
            await _pair.Local.WriteAsync((Key(7), Value(timestamp, $"c{timestamp}", column: 4)));
            await _pair.Peer.WriteAsync((Key(7), Value(timestamp - 1, $"c{timestamp - 1}", column: 4)));
        }
    }

    [Fact]
    public async Task More_rows_on_their_way_than_are_kept_at_a_time_settle_in_parts()
    {
        const int Rows = 20_000;
        await BothAsync(Enumerable.Range(0, Rows));
        await _pair.Local.ReadLeavesAsync();
        await _pair.Peer.ReadLeavesAsync();
        foreach (var some in Enumerable.Range(0, Rows).Chunk(4_000))
        {
            await _pair.Local.WriteAsync(some.Select(static id => (Key(id), Value(2, "v"))));
        }

        await _pair.CompareAsync();

        Assert.Equal((Rows, Rows), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
        Assert.Equal(_pair.Local.Rows(), _pair.Peer.Rows());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_side_where_all_rows_are_recent_still_is_not_taken_for_empty(bool localIsRecent)
    {
        await BothAsync(Enumerable.Range(0, 500));
        (localIsRecent ? _pair.Peer : _pair.Local).Settle();

        await _pair.CompareAsync();

        Assert.Equal((0, 0), (_pair.Figures.RowsDifferent, _pair.Figures.RowsSent));
    }

    private async Task BothAsync(IEnumerable<int> ids)
    {
        var rows = ids.Select(static id => (Key(id), Value(1, $"v{id}"))).ToList();
        foreach (var some in rows.Chunk(4_000))
        {
            await _pair.Local.WriteAsync(some);
            await _pair.Peer.WriteAsync(some);
        }
    }
}
