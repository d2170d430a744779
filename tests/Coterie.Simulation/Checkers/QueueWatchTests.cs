using Coterie.Simulator.Checkers;

namespace Coterie.Simulation.Checkers;

public sealed class QueueWatchTests
{
    private readonly QueueWatch _watch = new(static _ => []);

    [Fact]
    public void A_queue_that_is_full_is_within_its_limit()
    {
        _watch.Observe("n1", [new QueueLevel("writes", 10, 10), new QueueLevel("bytes", 0, 10)]);
        Assert.Null(_watch.Wrong);
    }

    [Fact]
    public void The_first_queue_that_held_more_than_it_may_is_told_also_when_it_is_empty_again()
    {
        _watch.Observe("n1", [new QueueLevel("writes", 11, 10)]);
        _watch.Observe("n2", [new QueueLevel("writes", 12, 10)]);
        _watch.Observe("n1", [new QueueLevel("writes", 0, 10)]);
        Assert.Equal("n1 has 11 writes, and may have 10", _watch.Wrong);
    }
}
