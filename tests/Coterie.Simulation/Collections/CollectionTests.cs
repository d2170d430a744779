using Coterie.Simulation.Runs;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Collections;

/// <summary>Maps and sets in whole clusters under faults: every element against the join of what was done to it.</summary>
public sealed class CollectionTests
{
    private static readonly CollectionRun Faulty = new();

    [Fact]
    public void Without_faults_collections_hold_what_was_put_there() =>
        new CollectionRun { Faults = FaultOptions.None, Span = TimeSpan.FromSeconds(8) }.MustHold(nameof(Without_faults_collections_hold_what_was_put_there), 4);

    [Fact]
    public void Under_faults_no_element_is_lost_and_none_comes_back() =>
        Faulty.MustHold(nameof(Under_faults_no_element_is_lost_and_none_comes_back), 15, "repair sent", "crash lost unsynced batches");

    [Fact]
    public void A_merge_that_forgets_the_deletion_of_a_collection_is_found() =>
        (Faulty with { Cluster = new() { Merge = WrongMerge.ClearsAreForgotten } }).MustBeFound(Faulty, 10, "misses", "brings back", "replicas differ");
}
