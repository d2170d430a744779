using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Deletes;

/// <summary>Deletes with a grace of a minute, in runs that last several: nodes are away for longer than that, and nothing that was deleted comes back.</summary>
public sealed class DeleteTests
{
    private const string Back = "brings back";

    [Fact]
    public void Rows_that_were_deleted_stay_deleted() =>
        DeleteRuns.Rows.MustHold(nameof(Rows_that_were_deleted_stay_deleted), 6, "fault: took", "repair sent");

    [Fact]
    public void Elements_that_were_deleted_stay_deleted() =>
        DeleteRuns.Elements.MustHold(nameof(Elements_that_were_deleted_stay_deleted), 6, "fault: took", "repair sent");

    [Fact]
    public void Tombstones_that_are_swept_while_a_replica_is_away_are_found() =>
        (DeleteRuns.Rows with { Cluster = new() { Engine = static engine => new EarlySweep(engine) } }).MustBeFound(DeleteRuns.Rows, 10, Back);
}
