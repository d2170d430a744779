using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Repair;

/// <summary>Replicas that missed something get it from the others, with nobody asking.</summary>
public sealed class RepairTests
{
    private static readonly MissedWritesRun Missed = new();
    private static readonly MissedWritesRun AfterPowerLoss = new() { LosesPower = true };

    [Fact]
    public void What_a_node_missed_it_gets_and_nothing_else_travels() =>
        Missed.MustHold(nameof(What_a_node_missed_it_gets_and_nothing_else_travels), 6, "rows sent by anti-entropy");

    [Fact]
    public void So_it_does_within_one_large_partition() =>
        new MissedWritesRun { OnePartition = true }.MustHold(nameof(So_it_does_within_one_large_partition), 6, "rows sent by anti-entropy");

    [Fact]
    public void So_it_does_when_the_others_lost_their_power_after_the_writes() =>
        AfterPowerLoss.MustHold(nameof(So_it_does_when_the_others_lost_their_power_after_the_writes), 4, "rows sent by anti-entropy");

    [Fact]
    public void A_mark_that_is_not_on_the_disk_is_found() =>
        (AfterPowerLoss with { Cluster = new() { Engine = static engine => new LostMarks(engine) } }).MustBeFound(AfterPowerLoss, 5, "not equal within", "rows were sent");
}
