using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Batches;

/// <summary>Batches over several partitions in whole clusters under faults.</summary>
public sealed class UnloggedBatchTests
{
    private static readonly UnloggedBatchRun Unlogged = new();

    [Fact]
    public void An_unlogged_batch_is_an_atom_in_each_partition_and_is_whole_once_acknowledged() =>
        Unlogged.MustHold(nameof(An_unlogged_batch_is_an_atom_in_each_partition_and_is_whole_once_acknowledged), 15, "batch with unknown outcome");

    [Fact]
    public void A_commit_that_is_torn_is_found() =>
        (Unlogged with { Cluster = new() { Engine = static engine => new TornCommit(engine) } }).MustBeFound(Unlogged, 10, "of its 2 rows");
}
