using Coterie.Simulation.Runs;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Repair;

/// <summary>Replicas that missed something get it from the others, with nobody asking.</summary>
public sealed class RepairTests
{
    [Fact]
    public void What_a_node_missed_it_gets_and_nothing_else_travels() =>
        new MissedWritesRun().MustHold(nameof(What_a_node_missed_it_gets_and_nothing_else_travels), 6, "rows sent by anti-entropy");

    [Fact]
    public void So_it_does_within_one_large_partition() =>
        new MissedWritesRun { OnePartition = true }.MustHold(nameof(So_it_does_within_one_large_partition), 6, "rows sent by anti-entropy");
}
