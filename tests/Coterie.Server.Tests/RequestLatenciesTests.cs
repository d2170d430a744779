namespace Coterie.Server.Tests;

public sealed class RequestLatenciesTests
{
    [Fact]
    public void A_bucket_has_its_own_end_and_what_is_a_tick_longer_is_in_the_next()
    {
        for (var i = 0; i < RequestLatencies.Bounds.Count; i++)
        {
            Assert.Equal(i, RequestLatencies.BucketOf(RequestLatencies.Bounds[i]));
            Assert.Equal(i + 1, RequestLatencies.BucketOf(RequestLatencies.Bounds[i] + TimeSpan.FromTicks(1)));
        }

        Assert.Equal(0, RequestLatencies.BucketOf(TimeSpan.Zero));
        Assert.Equal(RequestLatencies.Bounds.Count, RequestLatencies.BucketOf(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Reads_and_writes_are_counted_apart_and_nothing_else_is()
    {
        var counters = new ServerCounters();
        counters.Answered(RequestKind.Read, TimeSpan.FromMilliseconds(1));
        counters.Answered(RequestKind.Write, TimeSpan.FromMilliseconds(2));
        counters.Answered(RequestKind.Write, TimeSpan.FromSeconds(100));
        counters.Answered(RequestKind.Other, TimeSpan.FromSeconds(1));

        Assert.Equal((1L, TimeSpan.FromMilliseconds(1)), (counters.Latencies(RequestKind.Read).Counts().Sum(), counters.Latencies(RequestKind.Read).Total));
        Assert.Equal((2L, TimeSpan.FromSeconds(100.002)), (counters.Latencies(RequestKind.Write).Counts().Sum(), counters.Latencies(RequestKind.Write).Total));
        Assert.Equal(1, counters.Latencies(RequestKind.Write).Counts()[^1]);
    }
}
