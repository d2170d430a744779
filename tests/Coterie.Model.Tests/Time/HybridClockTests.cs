using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Time;

public sealed class HybridClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SettableTime _time = new();

    [Fact]
    public void A_new_clock_gives_no_stamp_before_a_ceiling_is_durable()
    {
        var clock = new HybridClock(_time, 0);
        Assert.True(clock.CeilingNeeded);
        Assert.False(clock.TryNext(out _));
        Assert.Throws<BrokenRequestException>(() => clock.Next());

        clock.RaiseCeiling(clock.NextCeiling);
        Assert.False(clock.CeilingNeeded);
        Assert.Equal(_time.Microseconds, clock.Next().Microseconds);
        Assert.Equal(_time.Microseconds + 1, clock.Next().Microseconds);
    }

    [Fact]
    public void Stamps_follow_the_wall_clock_forward_and_never_back()
    {
        var clock = Started(0);
        var first = clock.Next();
        _time.Move(Second);
        Assert.Equal(_time.Microseconds, clock.Next().Microseconds);
        var latest = clock.Latest;
        _time.Move(-10 * Second);
        Assert.Equal(latest.Microseconds + 1, clock.Next().Microseconds);
        Assert.True(clock.Latest.CompareTo(first) > 0);
    }

    [Fact]
    public void A_jump_over_the_ceiling_refuses_until_it_is_raised()
    {
        var clock = Started(0);
        _time.Move(2 * HybridClock.CeilingStep);
        Assert.False(clock.TryNext(out _));
        Assert.True(clock.CeilingNeeded);
        clock.RaiseCeiling(clock.NextCeiling);
        Assert.Equal(_time.Microseconds, clock.Next().Microseconds);
    }

    [Fact]
    public void The_ceiling_is_asked_for_before_it_is_reached()
    {
        var clock = Started(0);
        _time.Move(HybridClock.CeilingStep * 0.75);
        Assert.True(clock.CeilingNeeded);
        Assert.True(clock.TryNext(out _));
    }

    [Fact]
    public void A_clock_that_starts_at_its_ceiling_leads_by_what_is_left_of_the_step()
    {
        var before = Started(0);
        before.Next();
        var ceiling = before.NextCeiling;
        _time.Move(0.5 * Second);
        var after = new HybridClock(_time, ceiling);
        Assert.Equal(HybridClock.CeilingStep - (0.5 * Second), after.Lead);
        _time.Move(HybridClock.CeilingStep);
        Assert.True(after.Lead < TimeSpan.Zero);
    }

    [Fact]
    public void A_ceiling_is_never_lowered()
    {
        var clock = Started(0);
        clock.RaiseCeiling(1);
        Assert.True(clock.TryNext(out _));
    }

    [Fact]
    public void Another_clock_is_adopted_within_a_second_of_the_wall_and_not_beyond()
    {
        var clock = Started(0);
        var ahead = new WriteTimestamp(_time.Microseconds + 1_000_000);
        Assert.True(clock.Observe(ahead));
        Assert.Equal(ahead, clock.Latest);
        Assert.Equal(ahead.Microseconds + 1, clock.Next().Microseconds);

        // Not by the latest stamp, which is a second ahead itself: else two nodes could lead one another away.
        Assert.False(clock.Observe(new WriteTimestamp(_time.Microseconds + 1_000_001)));
        Assert.False(clock.Observe(new WriteTimestamp(long.MaxValue)));
        Assert.True(clock.Observe(new WriteTimestamp(5)));
        Assert.Equal(ahead.Microseconds + 1, clock.Latest.Microseconds);
    }

    /// <summary>0 a stamp, 1 the wall moves, 2 the ceiling is raised, 3 another clock is seen, 4 a crash and a restart.</summary>
    [Fact]
    public void No_stamp_is_given_twice_or_goes_back_whatever_happens()
    {
        var given = 0;
        Gen.Select(Gen.Int[0, 4], Gen.Long[-20_000_000, 20_000_000]).Array[1, 60].Sample(
            steps =>
            {
                var time = new SettableTime();
                long durable = 0;
                var clock = new HybridClock(time, durable);
                long last = 0;
                foreach (var (step, amount) in steps)
                {
                    switch (step)
                    {
                        case 0 when clock.TryNext(out var stamp):
                            Assert.InRange(stamp.Microseconds, last + 1, durable);
                            last = stamp.Microseconds;
                            given++;
                            break;
                        case 1:
                            time.Move(TimeSpan.FromMicroseconds(amount));
                            break;
                        case 2:
                            durable = Math.Max(durable, clock.NextCeiling);
                            clock.RaiseCeiling(durable);
                            break;
                        case 3:
                            clock.Observe(new WriteTimestamp(time.Microseconds + amount));
                            break;
                        case 4:
                            clock = new HybridClock(time, durable);
                            break;
                    }
                }
            },
            iter: 5_000,
            threads: 1);
        Assert.True(given > 5_000, $"{given}");
    }

    [Fact]
    public void Threads_never_share_a_stamp()
    {
        const int PerThread = 20_000;
        var clock = Started(0);
        var stamps = new long[4][];
        var threads = Enumerable.Range(0, stamps.Length).Select(which => new Thread(() =>
        {
            var mine = new long[PerThread];
            for (var i = 0; i < PerThread; i++)
            {
                mine[i] = clock.Next().Microseconds;
            }

            stamps[which] = mine;
        })).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(stamps.Length * PerThread, stamps.SelectMany(mine => mine).Distinct().Count());
        Assert.All(stamps, mine => Assert.True(mine.Zip(mine.Skip(1)).All(pair => pair.First < pair.Second)));
    }

    [Fact]
    public void A_stamp_allocates_nothing()
    {
        var clock = Started(0);
        clock.Next();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            clock.Next();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private HybridClock Started(long ceiling)
    {
        var clock = new HybridClock(_time, ceiling);
        clock.RaiseCeiling(clock.NextCeiling);
        return clock;
    }
}
