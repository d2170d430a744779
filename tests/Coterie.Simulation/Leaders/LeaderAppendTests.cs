using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulation.Leaders;

/// <summary>Lists of leader-based keyspaces are appended to in one order, that of the log.</summary>
public sealed class LeaderAppendTests
{
    [Fact]
    public void Every_read_of_a_list_is_a_prefix_of_what_it_becomes() =>
        new LeaderAppendRun().MustHold(nameof(Every_read_of_a_list_is_a_prefix_of_what_it_becomes), 8, "crash lost unsynced batches", "leader of a group", "fault: stepped");

    [Fact]
    public void Reads_of_any_replica_are_found()
    {
        var asItShouldBe = new LeaderAppendRun();
        (asItShouldBe with { ReadConsistency = RegisterWorkloadOptions.One }).MustBeFound(asItShouldBe, 10, "missed", "after another had seen");
    }

    [Fact]
    public void Elements_that_keep_the_place_that_a_coordinator_gave_them_are_found()
    {
        var asItShouldBe = new LeaderAppendRun();
        (asItShouldBe with { Cluster = asItShouldBe.Cluster with { Tampering = ListMistakes.CoordinatorsPlaces } }).MustBeFound(asItShouldBe, 10, "no prefix", "stands behind");
    }
}
