using Coterie.Cluster.Transport;
using Coterie.Model;
using static Coterie.Repair.Tests.TestRows;

namespace Coterie.Repair.Tests;

/// <summary>Keys and rows as large as they may be: no message outgrows a frame, and no more is kept in memory than an exchange may keep.</summary>
public sealed class LargeExchangeTests : IAsyncDisposable
{
    private const int Rows = 160;
    private const int RowBytes = 1024 * 1024;

    /// <summary>What an answer with rows may hold, and the row that it may go over by.</summary>
    private const int PageBytes = (512 * 1024) + RowBytes + 1024;

    private readonly ReplicaPair _pair = new();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_longest_keys_travel_in_messages_of_some_megabytes(bool areRecent)
    {
        for (var id = 0; id < Rows; id++)
        {
            await _pair.Local.WriteAsync((LongKey(id), Value(2, "newer here")));
            await _pair.Peer.WriteAsync((LongKey(id), Value(1, "older there")));
        }

        if (!areRecent)
        {
            _pair.Settle();
        }

        await _pair.CompareAsync();

        Assert.Equal(Rows, _pair.Figures.RowsDifferent);
        Assert.Equal(_pair.Local.Rows(), _pair.Peer.Rows());
        Assert.InRange(_pair.LargestMessage, 1, Limits.TreeKeyBytesMax + (2 * Limits.DataKeyBytesMax));
    }

    [Fact]
    public async Task Large_rows_on_their_way_settle_before_more_are_kept_than_may_be()
    {
        await LargeRowsAsync(40);
        var fetched = 0;
        var isFirst = true;
        _pair.Answered = (_, verb, bytes) => fetched += verb == Verb.RowFetch && isFirst ? bytes : 0;
        _pair.Waiting = () =>
        {
            isFirst = false;
            return Task.CompletedTask;
        };

        await _pair.CompareAsync();

        Assert.InRange(fetched, 16 * 1024 * 1024, (16 * 1024 * 1024) + (2 * RowBytes) + (2 * PageBytes));
        Assert.Equal(40, _pair.Figures.RowsDifferent);
        Assert.Equal(_pair.Local.Rows(), _pair.Peer.Rows());
    }

    [Fact]
    public async Task Neither_side_is_read_more_than_a_page_ahead_of_the_other()
    {
        await LargeRowsAsync(24);
        var ahead = 0;
        var furthest = 0;
        _pair.Answered = (node, verb, bytes) =>
        {
            ahead += verb != Verb.RowFetch ? 0 : _pair.IsPeer(node) ? -bytes : bytes;
            furthest = Math.Max(furthest, Math.Abs(ahead));
        };
        _pair.Waiting = async () =>
        {
            for (var id = 0; id < 24; id++)
            {
                await _pair.Peer.WriteAsync((Key(id), Large(id, timestamp: 2)));
            }
        };

        await _pair.CompareAsync();

        Assert.Equal(0, _pair.Figures.RowsSent);
        Assert.InRange(furthest, 1, 2 * PageBytes);
    }

    private async Task LargeRowsAsync(int count)
    {
        for (var id = 0; id < count; id++)
        {
            await _pair.Local.WriteAsync((Key(id), Large(id, timestamp: 2)));
            await _pair.Peer.WriteAsync((Key(id), Large(id, timestamp: 1)));
        }
    }

    private static byte[] Large(int id, int timestamp) => Value(timestamp, new string((char)('a' + (id % 26)), RowBytes));
}
