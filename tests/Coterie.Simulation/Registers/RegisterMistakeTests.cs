using Coterie.Simulation.Runs;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Mistakes;

namespace Coterie.Simulation.Registers;

/// <summary>
/// Proves that the simulation can fail: each mistake is planted in the whole cluster, through a part that is handed in, and must be found within
/// so many seeds, by the check that it should be found by.
/// </summary>
public sealed class RegisterMistakeTests
{
    private const string TooOld = "which had taken effect before";
    private const string Gone = "is gone";
    private const string Differ = "replicas differ";

    [Fact]
    public void Read_repair_that_is_skipped_is_found() =>
        (RegisterRuns.InOrder with { ReadRepair = "NONE" }).MustBeFound(RegisterRuns.InOrder, 60, TooOld);

    [Fact]
    public void Read_repair_that_is_not_waited_for_is_found() =>
        (RegisterRuns.InOrder with { ReadRepair = "ASYNC" }).MustBeFound(RegisterRuns.InOrder, 60, TooOld);

    [Fact]
    public void A_write_answered_one_replica_early_is_found() =>
        (RegisterRuns.InOrder with { Workload = new() { WriteRequired = 1 } }).MustBeFound(RegisterRuns.InOrder, 40, TooOld, Gone);

    [Fact]
    public void A_read_answered_one_replica_early_is_found() =>
        (RegisterRuns.InOrder with { Workload = new() { ReadRequired = 1 } }).MustBeFound(RegisterRuns.InOrder, 10, TooOld);

    [Fact]
    public void An_acknowledgement_before_the_sync_is_found() =>
        (RegisterRuns.InOrder with { Cluster = new() { Engine = static engine => new EarlyAcknowledgement(engine) } })
            .MustBeFound(RegisterRuns.InOrder, 10, TooOld, Gone);

    [Fact]
    public void A_loss_of_power_that_is_not_noticed_is_found() =>
        (RegisterRuns.Unsynced with { Cluster = RegisterRuns.Unsynced.Cluster with { NoticesLoss = false } })
            .MustBeFound(RegisterRuns.Unsynced, 10, TooOld, Gone);

    [Fact]
    public void A_refusal_that_counts_as_an_acknowledgement_is_found() =>
        (RegisterRuns.InOrder with { Cluster = new() { Tampering = FrameMistakes.RefusalsCountAsAcknowledgements } })
            .MustBeFound(RegisterRuns.InOrder, 40, TooOld, Gone);

    [Fact]
    public void A_merge_that_keeps_what_came_last_is_found() =>
        (RegisterRuns.InOrder with { Cluster = new() { Merge = WrongMerge.LaterArrivalWins } }).MustBeFound(RegisterRuns.InOrder, 10, TooOld, Differ);

    [Fact]
    public void A_merge_whose_ties_go_to_what_came_last_is_found() =>
        (RegisterRuns.EqualTimestamps with { Cluster = new() { Merge = WrongMerge.LaterArrivalWinsTies } })
            .MustBeFound(RegisterRuns.EqualTimestamps, 10, TooOld, Differ);

    [Fact]
    public void A_merge_whose_ties_go_to_the_smaller_value_is_found() =>
        (RegisterRuns.EqualTimestamps with { Cluster = new() { Merge = WrongMerge.LowerValueWinsTies } })
            .MustBeFound(RegisterRuns.EqualTimestamps, 10, TooOld, Differ);

    [Fact]
    public void A_hybrid_clock_that_forgets_its_ceiling_is_found() =>
        (RegisterRuns.ServerTimestamps with { Cluster = new() { Engine = static engine => new ForgetfulEngine(engine, "node/clock-ceiling") } })
            .MustBeFound(RegisterRuns.ServerTimestamps, 20, "stamped");

    /// <summary>Whatever a late mutation does is within what a timeout promises: it is the situation that is never met that gives this one away.</summary>
    [Fact]
    public void Requests_that_never_expire_are_found()
    {
        const string situation = "request too old on arrival";
        const int seeds = 5;
        var mistaken = RegisterRuns.InOrder with { Cluster = new() { Tampering = FrameMistakes.RequestsNeverExpire } };
        Assert.True(Times(RegisterRuns.InOrder) > 0);
        Assert.Equal(0, Times(mistaken));

        long Times(RegisterRun run) => Enumerable.Range(1, seeds).Sum(seed => run.Run((ulong)seed).Probes[situation]);
    }

    [Fact]
    public void A_row_cache_that_is_not_invalidated_is_found() =>
        (RegisterRuns.InOrder with { Cluster = new() { Engine = static engine => new StaleCache(engine) } })
            .MustBeFound(RegisterRuns.InOrder, 10, TooOld, Differ);
}
