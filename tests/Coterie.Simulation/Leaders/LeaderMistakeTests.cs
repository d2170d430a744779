using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Workloads;
using Coterie.Storage;

namespace Coterie.Simulation.Leaders;

/// <summary>Proves that the simulation of leader-based keyspaces can fail, as for cells: each mistake must be found, by the check that it should be found by.</summary>
public sealed class LeaderMistakeTests
{
    private const string TooOld = "which had taken effect before";
    private const string Gone = "is gone";
    private const string Differ = "replicas differ";

    /// <summary>What was read is not there in the end, so nobody told its timestamp.</summary>
    private const string Unlearnt = "tells another timestamp";

    /// <summary>Elections, and nodes that forget at once what they did not keep.</summary>
    private static readonly LeaderRun Elections = new() { Faults = new() { Kill = 8, KillAll = 4, Pause = 0, NoSpace = 0, FailSync = 0, Damage = 0, PauseMax = TimeSpan.FromSeconds(1) } };

    [Fact]
    public void A_strong_read_that_any_member_answers_is_found()
    {
        var asItShouldBe = new LeaderRun();
        (asItShouldBe with { Workload = asItShouldBe.Workload with { ReadConsistency = RegisterWorkloadOptions.One } }).MustBeFound(asItShouldBe, 10, TooOld);
    }

    [Fact]
    public void An_acknowledgement_before_the_sync_is_found() =>
        WithEngine(static engine => new EarlyAcknowledgement(engine)).MustBeFound(Elections, 20, TooOld, Gone, Unlearnt, Differ, "Broken invariant");

    [Fact]
    public void A_vote_that_is_not_kept_is_found() =>
        WithEngine(static engine => new ForgottenVotes(engine)).MustBeFound(Elections, 60, "two leaders", "Broken invariant", TooOld, Gone);

    /// <summary>It never learns that it is one, and votes and acknowledges as if it had kept everything.</summary>
    [Fact]
    public void A_member_that_counts_although_it_lost_its_disk_is_found()
    {
        var run = LeaderRun.LostDisks with { Faults = LeaderRun.LostDisks.Faults with { Kill = 8, Cut = 6, Pause = 0, NoSpace = 0, FailSync = 0, Damage = 0 } };
        (run with { Cluster = run.Cluster with { Engine = static engine => new ForgetfulEngine(engine, "losses/") } })
            .MustBeFound(run, 20, TooOld, Gone, Unlearnt, Differ, "two leaders", "Broken invariant");
    }

    private static LeaderRun WithEngine(Func<IStorageEngine, IStorageEngine> mistake) => Elections with { Cluster = Elections.Cluster with { Engine = mistake } };
}
