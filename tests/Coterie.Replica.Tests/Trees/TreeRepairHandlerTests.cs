using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using static Coterie.Replica.Tests.TestData;
using static Coterie.Replica.Tests.Trees.TreeFixture;

namespace Coterie.Replica.Tests.Trees;

public sealed class TreeRepairHandlerTests : IAsyncDisposable
{
    private readonly TreeFixture _replica = new();

    public ValueTask DisposeAsync() => _replica.DisposeAsync();

    [Fact]
    public void Rows_are_taken_and_counted_when_they_are_durable()
    {
        Assert.Equal(ReplyStatus.Ok, _replica.Ask(Verb.TreeRepair, Repair((Key(1), Value(1, "a")), (Key(2), Value(1, "b")))).Status);
        Assert.Equal((2, 2), (_replica.Rows(7), _replica.Counters.RowsRepaired));
    }

    [Fact]
    public void A_disk_that_is_full_is_not_an_acknowledgement()
    {
        _replica.Disk.NoSpace = true;
        Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.TreeRepair, Repair((Key(1), Value(1, "a")))).Status);
        Assert.Equal(0, _replica.Counters.RowsRepaired);
    }

    [Fact]
    public void A_table_that_is_gone_is_said_to_be()
    {
        _replica.Truncate();
        Assert.Equal(ReplyStatus.Stale, _replica.Ask(Verb.TreeRepair, Repair((Key(1), Value(1, "a")))).Status);
        Assert.Equal(0, _replica.Rows(7));
    }

    [Fact]
    public void Of_a_request_that_is_cut_short_nothing_is_taken()
    {
        var whole = Repair((Key(1), Value(1, "a")), (Key(2), Value(1, "b")));
        var firstEnds = Repair((Key(1), Value(1, "a"))).Length;
        for (var length = 0; length < whole.Length; length++)
        {
            // Without any entry, or with the first alone, it is a request like another.
            if (length != 20 && length != firstEnds)
            {
                Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.TreeRepair, whole[..length]).Status);
            }
        }

        Assert.Equal(0, _replica.Rows(7));
        Assert.Equal(whole.Length - 2, _replica.Counters.Malformed);
    }

    [Fact]
    public void Entries_of_another_table_or_under_another_token_or_with_noise_for_a_row_are_refused_with_their_neighbours()
    {
        var good = (Key(1), Value(1, "a"));
        var wrong = new (byte[] Key, byte[] Row)[]
        {
            (Key(2, table: 8), Value(1, "b")),
            (Key([0, 0, 0, 2], new Token(12_345)), Value(1, "b")),
            (Key(2), [0xFF, 0xFF, 0xFF]),
            (Key(2), []),
            ([], Value(1, "b")),
            (Key(2)[..14], Value(1, "b")),
        };
        foreach (var entry in wrong)
        {
            Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.TreeRepair, Repair(good, entry)).Status);
        }

        Assert.Equal((0, wrong.Length), (_replica.Rows(7), _replica.Counters.Malformed));
    }
}
