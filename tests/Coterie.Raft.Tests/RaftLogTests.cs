using Coterie.Model;

namespace Coterie.Raft.Tests;

public sealed class RaftLogTests
{
    [Fact]
    public void A_log_with_a_gap_or_a_falling_term_is_refused_with_the_place()
    {
        var gap = Assert.Throws<MalformedDataException>(() => new RaftLog(new LogPosition(2, 1), Membership.Of(3), [Entry(4, 1)]));
        Assert.Contains("4@1", gap.Message, StringComparison.Ordinal);
        Assert.Contains("2@1", gap.Message, StringComparison.Ordinal);
        Assert.Throws<MalformedDataException>(() => new RaftLog(new LogPosition(2, 3), Membership.Of(3), [Entry(3, 2)]));
    }

    [Fact]
    public void What_is_here_already_stays_when_an_older_message_comes_late()
    {
        var log = Log(1, 1, 1);
        log.Accept([Entry(1, 1), Entry(2, 1)]);
        Assert.Equal(3, log.LastIndex);
        Assert.Equal(3, log.Stable);
    }

    [Fact]
    public void An_entry_of_another_term_gives_way_with_all_behind_it_and_is_to_be_written()
    {
        var log = Log(1, 1, 1, 1);
        log.Accept([Entry(2, 1), Entry(3, 2)]);
        Assert.Equal(new LogPosition(3, 2), log.Last);
        Assert.Equal(2, log.Stable);
        Assert.Equal([new LogPosition(3, 2)], log.Unstable().Select(static entry => entry.Position));
    }

    [Fact]
    public void Nothing_committed_is_replaced()
    {
        var log = Log(1, 1, 1);
        log.Commit(2);
        Assert.Throws<BrokenInvariantException>(() => log.Accept([Entry(2, 2)]));
        log.Commit(1);
        Assert.Equal(2, log.Committed);
        Assert.Throws<BrokenInvariantException>(() => log.Commit(4));
    }

    [Fact]
    public void A_write_of_what_was_replaced_meanwhile_makes_nothing_durable()
    {
        var log = new RaftLog(default, Membership.Of(3), []);
        log.Append(Entry(1, 1));
        log.Append(Entry(2, 1));
        log.Accept([Entry(2, 2)]);
        log.SetStable(new LogPosition(2, 1));
        Assert.Equal(0, log.Stable);
        log.SetStable(new LogPosition(2, 2));
        Assert.Equal(2, log.Stable);
    }

    [Fact]
    public void Bytes_follow_what_comes_and_what_goes()
    {
        var log = Log(1, 1, 1, 1);
        var one = log[1].Bytes;
        Assert.Equal(4 * one, log.Bytes);
        log.Commit(2);
        log.SetApplied(2);
        log.DropUpTo(1);
        Assert.Equal(3 * one, log.Bytes);
        log.Accept([Entry(3, 2)]);
        Assert.Equal(2 * one, log.Bytes);
        log.Restart(new LogPosition(9, 3), Membership.Of(3));
        Assert.Equal(0, log.Bytes);
        Assert.Equal(10, log.FirstIndex);
    }

    [Fact]
    public void Only_what_is_applied_and_durable_is_dropped()
    {
        var log = Log(1, 1, 1);
        Assert.Throws<BrokenInvariantException>(() => log.DropUpTo(1));
        log.Commit(3);
        log.SetApplied(2);
        log.DropUpTo(2);
        log.DropUpTo(1);
        Assert.Equal(new LogPosition(2, 1), log.Before);
        Assert.True(log.Has(new LogPosition(2, 1)));
        Assert.False(log.TryTermOf(1, out _));
        Assert.True(log.TryTermOf(3, out var term) && term == 1);
        Assert.False(log.TryTermOf(4, out _));
    }

    [Fact]
    public void A_message_takes_as_many_entries_as_fit_but_at_least_one()
    {
        var log = Log(1, 1, 1, 1);
        var one = log[1].Bytes;
        Assert.Single(log.From(1, 4, 1));
        Assert.Equal(2, log.From(1, 4, 2 * one).Count);
        Assert.Equal(3, log.From(2, 4, int.MaxValue).Count);
        Assert.Empty(log.From(5, 4, int.MaxValue));
    }

    [Fact]
    public void A_state_that_the_log_reaches_leaves_what_is_behind_it()
    {
        var log = new RaftLog(default, Membership.Of(3), []);
        log.Accept([Entry(1, 1), Entry(2, 1), Entry(3, 1)]);
        log.Include(new LogPosition(2, 1));
        Assert.Equal((2, 2, 2), (log.Stable, log.Committed, log.Applied));
        Assert.Equal([new LogPosition(3, 1)], log.Unstable().Select(static entry => entry.Position));
        Assert.Throws<BrokenInvariantException>(() => log.Include(new LogPosition(3, 2)));
        Assert.Throws<BrokenInvariantException>(() => log.Restart(new LogPosition(2, 1), Membership.Of(3)));
    }

    private static RaftEntry Entry(long index, long term) => new(new LogPosition(index, term), RaftEntryKind.Command, new byte[] { 1, 2, 3 });

    private static RaftLog Log(params long[] terms) => new(default, Membership.Of(3), terms.Select(static (term, at) => Entry(at + 1, term)));
}
