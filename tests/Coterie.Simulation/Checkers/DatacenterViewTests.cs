using Coterie.Simulator.Checkers;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulation.Checkers;

/// <summary>What one data centre is promised of what was acknowledged in it, and of what was acknowledged in another.</summary>
public sealed class DatacenterViewTests
{
    private readonly RegisterHistory _history = new();

    public DatacenterViewTests() => _history.BeginWrite("a", timestamp: 10, "n1", now: 0, datacenter: 1).Acknowledged = 5;

    [Fact]
    public void A_read_where_the_write_was_acknowledged_must_see_it()
    {
        _history.AddRead(new RegisterRead(null, null, 20, 25, "n1", Datacenter: 1));
        Assert.NotNull(Check(datacenter: 1));
    }

    [Fact]
    public void A_read_in_another_data_centre_may_miss_it_unless_all_are_judged_as_one()
    {
        _history.AddRead(new RegisterRead(null, null, 20, 25, "n2", Datacenter: 2));
        Assert.Null(Check(datacenter: 1));
        Assert.Null(Check(datacenter: 2));
        Assert.NotNull(Check(RegisterHistory.Everywhere));
    }

    [Fact]
    public void What_one_data_centre_has_seen_it_may_not_miss_afterwards()
    {
        _history.AddRead(new RegisterRead("a", 10, 20, 25, "n2", Datacenter: 2));
        _history.AddRead(new RegisterRead(null, null, 30, 35, "n2", Datacenter: 2));
        Assert.NotNull(Check(datacenter: 2));
    }

    [Fact]
    public void A_read_of_all_replicas_counts_everywhere()
    {
        _history.AddRead(new RegisterRead(null, null, 20, 25, "the end"));
        Assert.NotNull(Check(datacenter: 1));
    }

    private RegisterViolation? Check(int datacenter) => RegisterChecker.Check(_history.Operations(datacenter), RegisterRule.Full);
}
