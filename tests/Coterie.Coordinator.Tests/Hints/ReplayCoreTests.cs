using Coterie.Cluster.Transport;
using Coterie.Coordinator.Hints;

namespace Coterie.Coordinator.Tests.Hints;

public sealed class ReplayCoreTests
{
    [Fact]
    public void Hints_are_sent_in_order_and_no_more_at_a_time_than_may_be()
    {
        var core = new ReplayCore(8);
        core.Begin(Hints(5));
        Assert.Equal([0, 1], Send(core));
        core.OnReply(1, ReplyStatus.Ok);
        Assert.Equal([2], Send(core));
        Assert.False(core.IsEnded);
    }

    [Fact]
    public void A_replica_that_takes_everything_is_sent_more_at_a_time_up_to_the_limit()
    {
        var core = new ReplayCore(8);
        var windows = new List<int>();
        for (var chunk = 0; chunk < 4; chunk++)
        {
            windows.Add(core.Window);
            Play(core, 3, static _ => ReplyStatus.Ok);
        }

        Assert.Equal([2, 4, 8, 8], windows);
    }

    [Theory]
    [InlineData(ReplyStatus.Overloaded)]
    [InlineData(ReplyStatus.Timeout)]
    [InlineData(ReplyStatus.Unreachable)]
    public void Trouble_stops_the_chunk_halves_the_pace_and_keeps_everything_from_there_on(ReplyStatus trouble)
    {
        var core = new ReplayCore(4);
        Play(core, 2, static _ => ReplyStatus.Ok);
        Assert.Equal(2, core.Window);
        var (end, sent) = Play(core, 10, index => index == 3 ? trouble : ReplyStatus.Ok);
        Assert.True(core.IsTroubled);
        Assert.Equal(1, core.Window);
        Assert.True(sent < 10);
        Assert.Equal(new ReplayEnd(3, 30, 3, 4), end);
    }

    [Fact]
    public void Only_the_head_is_forgotten_whatever_was_taken_behind_it()
    {
        var core = new ReplayCore(4);
        var (end, _) = Play(core, 4, static index => index == 1 ? ReplyStatus.Failed : ReplyStatus.Ok);
        Assert.Equal(new ReplayEnd(1, 10, 1, 2), end);
        Assert.False(core.IsTroubled);
    }

    [Fact]
    public void A_hint_of_a_table_that_is_gone_is_done_with()
    {
        var (end, _) = Play(new ReplayCore(4), 3, static index => index == 1 ? ReplyStatus.Stale : ReplyStatus.Ok);
        Assert.Equal(new ReplayEnd(3, 30, 3, null), end);
    }

    [Fact]
    public void What_is_to_be_dropped_is_not_sent_and_forgotten_in_its_turn()
    {
        var core = new ReplayCore(4);
        var hints = Hints(3);
        hints[0] = hints[0] with { Drop = HintDrop.Corrupt };
        hints[2] = hints[2] with { Drop = HintDrop.Window };
        core.Begin(hints);
        Assert.Equal([1], Send(core));
        core.OnReply(1, ReplyStatus.Ok);
        Assert.Empty(Send(core));
        Assert.True(core.IsEnded);
        Assert.Equal(3, core.End(out _).Count);
    }

    [Fact]
    public void A_hint_that_is_refused_again_and_again_while_others_are_taken_is_given_up()
    {
        var core = new ReplayCore(4);
        var dropped = new List<int>();
        var forgotten = new List<int>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            core.Begin(Hints(2));
            while (!core.IsEnded)
            {
                Send(core).ForEach(index => core.OnReply(index, index == 0 ? ReplyStatus.Failed : ReplyStatus.Ok));
            }

            forgotten.Add(core.End(out var refused).Count);
            dropped.Add(refused);
        }

        Assert.Equal([0, 0, 1], dropped);
        Assert.Equal([0, 0, 2], forgotten);
    }

    [Fact]
    public void A_replica_that_refuses_everything_loses_nothing()
    {
        var core = new ReplayCore(4);
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var (end, _) = Play(core, 2, static _ => ReplyStatus.Failed);
            Assert.Equal(0, end.Count);
            Assert.True(core.IsTroubled);
        }
    }

    [Fact]
    public void The_rate_is_for_all_bytes_together_and_what_was_not_used_is_not_saved_up()
    {
        var pace = new ReplayPace(1_000);
        pace.Spend(500, TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(10.5), pace.Free);
        pace.Spend(1_000, TimeSpan.FromSeconds(10.1));
        Assert.Equal(TimeSpan.FromSeconds(11.5), pace.Free);
        pace.Spend(1_000, TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.FromSeconds(61), pace.Free);
    }

    [Fact]
    public void Pauses_grow_to_a_limit()
    {
        var pauses = new List<double>();
        for (var pause = ReplayPace.PauseAfter(TimeSpan.Zero); pauses.Count < 6; pause = ReplayPace.PauseAfter(pause))
        {
            pauses.Add(pause.TotalSeconds);
        }

        Assert.Equal([0.5, 1, 2, 4, 5, 5], pauses);
    }

    /// <summary>Hints at the places 1, 2, …, of ten bytes each, formed then.</summary>
    private static ReplayHint[] Hints(int count) => [.. Enumerable.Range(1, count).Select(i => new ReplayHint((ulong)i, 10, i, null))];

    private static List<int> Send(ReplayCore core)
    {
        var sent = new List<int>();
        while (core.TryNext(out var index))
        {
            sent.Add(index);
        }

        return sent;
    }

    private static (ReplayEnd End, int Sent) Play(ReplayCore core, int count, Func<int, ReplyStatus> reply)
    {
        core.Begin(Hints(count));
        var sent = 0;
        while (!core.IsEnded)
        {
            var indexes = Send(core);
            sent += indexes.Count;
            indexes.ForEach(index => core.OnReply(index, reply(index)));
        }

        return (core.End(out _), sent);
    }
}
