using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Schema;
using Coterie.Repair.Schedule;

namespace Coterie.Repair.Tests;

public sealed class RepairScheduleTests
{
    private static readonly RepairOptions Options = new()
    {
        Interval = TimeSpan.FromMinutes(1),
        RetryPause = TimeSpan.FromSeconds(5),
        PauseAfterReturn = TimeSpan.FromSeconds(10),
    };

    private static readonly RepairTarget First = Target(1, peer: 2);
    private static readonly RepairTarget Second = Target(2, peer: 2);
    private static readonly RepairTarget Third = Target(3, peer: 3);

    private readonly RepairSchedule _schedule = new(Options);

    [Fact]
    public void What_is_new_is_due_at_once_and_what_was_compared_an_interval_later()
    {
        Update(At(0), First);
        Assert.Equal(First, Next(At(0)));
        _schedule.Ended(First, succeeded: true, At(3));
        Assert.Null(Next(At(62)));
        Assert.Equal(First, Next(At(63)));
    }

    [Fact]
    public void What_failed_is_due_again_soon()
    {
        Update(At(0), First);
        _schedule.Ended(First, succeeded: false, At(3));
        Assert.Null(Next(At(7)));
        Assert.Equal(First, Next(At(8)));
    }

    [Fact]
    public void What_has_waited_longest_is_next()
    {
        Update(At(0), First, Second, Third);
        _schedule.Ended(First, true, At(10));
        _schedule.Ended(Third, true, At(11));
        _schedule.Ended(Second, true, At(12));
        Assert.Equal(First, Next(At(100)));
        _schedule.Ended(First, true, At(100));
        Assert.Equal(Third, Next(At(100)));
        _schedule.Ended(Third, true, At(100));
        Assert.Equal(Second, Next(At(100)));
    }

    [Fact]
    public void One_that_fails_again_and_again_does_not_keep_the_others_from_their_turn()
    {
        Update(At(0), First, Second);
        for (var now = 0; now < 10; now++)
        {
            if (Next(At(now)) is { } next)
            {
                Assert.False(now > 0 && next == Second);
                _schedule.Ended(next, next == Second, At(now));
            }

            if (now == 0)
            {
                Assert.Equal(Second, Next(At(0)));
                _schedule.Ended(Second, true, At(0));
            }
        }
    }

    [Fact]
    public void A_dead_peer_is_not_compared_with_and_the_others_are()
    {
        Update(At(0), First, Third);
        Assert.Equal(Third, _schedule.Next(At(0), peer => peer == Third.Peer));
        Assert.Null(_schedule.Next(At(0), static _ => false));
    }

    [Fact]
    public void A_peer_that_has_come_back_is_compared_with_soon_and_not_at_once()
    {
        Update(At(0), First, Second, Third);
        _schedule.Ended(First, true, At(0));
        _schedule.Ended(Second, true, At(0));
        _schedule.Ended(Third, true, At(0));
        _schedule.Returned(First.Peer, At(20));
        Assert.Null(Next(At(29)));
        Assert.Equal(First.Peer, Next(At(30))?.Peer);
        _schedule.Ended(First, true, At(30));
        Assert.Equal(Second, Next(At(30)));
    }

    [Fact]
    public void A_return_never_puts_off_what_was_due_before()
    {
        Update(At(0), First);
        _schedule.Returned(First.Peer, At(0));
        Assert.Equal(First, Next(At(0)));
    }

    [Fact]
    public void What_is_gone_is_forgotten_and_what_stays_keeps_its_time()
    {
        Update(At(0), First, Second);
        _schedule.Ended(First, true, At(0));
        Update(At(1), First);
        Assert.Null(Next(At(1)));
        Update(At(2), First, Second);
        Assert.Equal(Second, Next(At(2)));
        _schedule.Ended(Third, true, At(3));
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);

    private static RepairTarget Target(uint table, int peer)
    {
        var node = new NodeId(new Guid(peer, 0, 0, new byte[8]));
        var schema = new TableSchema("ks", $"t{table}", Guid.Empty, new StorageId(table), [], TableOptions.Default);
        return new RepairTarget(schema, new ReplicaGroup([node], [new TokenSpan(Token.Minimum, new Token(0))]), node);
    }

    private RepairTarget? Next(TimeSpan now) => _schedule.Next(now, static _ => true);

    private void Update(TimeSpan now, params RepairTarget[] targets) => _schedule.Update(targets, now);
}
