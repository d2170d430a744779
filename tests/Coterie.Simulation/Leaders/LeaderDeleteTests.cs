using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Leaders;

/// <summary>Deletions of leader-based tables are swept by each member by itself, and nothing that was deleted comes back.</summary>
public sealed class LeaderDeleteTests
{
    [Fact]
    public void Deletions_are_swept_and_what_was_deleted_never_comes_back() =>
        new LeaderDeleteRun().MustHold(nameof(Deletions_are_swept_and_what_was_deleted_never_comes_back), 6, "deleted rows", "entry swept", "log Fetched", "log Counts", "fault: emptied");

    [Fact]
    public void A_restore_that_leaves_the_old_rows_is_found()
    {
        var asItShouldBe = new LeaderDeleteRun();
        (asItShouldBe with { Cluster = asItShouldBe.Cluster with { Engine = static engine => new KeptRows(engine) } }).MustBeFound(asItShouldBe, 10, "comes back", "replicas differ");
    }
}
