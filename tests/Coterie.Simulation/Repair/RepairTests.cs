using Coterie.Simulation.Runs;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Repair;

/// <summary>Replicas that missed something get it from the others, with nobody asking.</summary>
public sealed class RepairTests
{
    // Hints would bring it all before anybody compares.
    private static readonly SimulatedClusterOptions WithoutHints = new()
    {
        Configure = static options => options with { Hints = options.Hints with { Window = TimeSpan.Zero } },
    };

    [Fact]
    public void What_a_node_missed_it_gets_and_nothing_else_travels() =>
        new MissedWritesRun { Cluster = WithoutHints }.MustHold(nameof(What_a_node_missed_it_gets_and_nothing_else_travels), 6, "rows sent by anti-entropy");

    [Fact]
    public void So_it_does_within_one_large_partition() =>
        new MissedWritesRun { Cluster = WithoutHints, OnePartition = true }.MustHold(nameof(So_it_does_within_one_large_partition), 6, "rows sent by anti-entropy");
}
