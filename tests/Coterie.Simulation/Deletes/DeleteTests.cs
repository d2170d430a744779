using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Deletes;

/// <summary>Deletes with a grace of a minute, in runs that last several: nodes are away for longer than that, and nothing that was deleted comes back.</summary>
public sealed class DeleteTests
{
    private const string Back = "brings back";

    /// <summary>What comes back is older still than what was deleted: it misses that first.</summary>
    private const string OlderBack = "misses insert";

    [Fact]
    public void Rows_that_were_deleted_stay_deleted() =>
        DeleteRuns.Rows.MustHold(nameof(Rows_that_were_deleted_stay_deleted), 6, "fault: took", "repair sent");

    [Fact]
    public void Elements_that_were_deleted_stay_deleted() =>
        DeleteRuns.Elements.MustHold(nameof(Elements_that_were_deleted_stay_deleted), 6, "fault: took", "repair sent");

    [Fact]
    public void Tombstones_that_are_swept_while_a_replica_is_away_are_found() =>
        (DeleteRuns.Rows with { Cluster = new() { Engine = static engine => new EarlySweep(engine) } }).MustBeFound(DeleteRuns.Rows, 10, Back);

    [Fact]
    public void Rows_whose_deletions_are_swept_stay_deleted() =>
        DeleteRuns.SweptRows.MustHold(nameof(Rows_whose_deletions_are_swept_stay_deleted), 4, "fault: took", "horizon within the run", "mutation too old");

    [Fact]
    public void A_sweep_that_does_not_wait_for_the_slowest_pair_is_found() =>
        (DeleteRuns.SweptRows with { Cluster = DeleteRuns.SweptRows.Cluster with { Tampering = HorizonMistakes.SlowPairsAreIgnored } })
            .MustBeFound(DeleteRuns.SweptRows, 10, Back);

    [Fact]
    public void A_horizon_that_falls_is_found() =>
        (DeleteRuns.SweptRows with { Cluster = DeleteRuns.SweptRows.Cluster with { Engine = static engine => new ForgetfulEngine(engine, "deletes/") } })
            .MustBeFound(DeleteRuns.SweptRows, 5, "has fallen");

    [Fact]
    public void A_hint_that_is_replayed_as_if_it_were_formed_anew_is_found() =>
        (DeleteRuns.SweptRowsFiveNodes with { Cluster = DeleteRuns.SweptRowsFiveNodes.Cluster with { Tampering = ReplayMistakes.ReplaysAreFormedAnew } })
            .MustBeFound(DeleteRuns.SweptRowsFiveNodes, 20, Back, OlderBack);
}
