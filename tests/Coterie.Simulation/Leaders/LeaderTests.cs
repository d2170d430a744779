using Coterie.Simulation.Runs;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Leaders;

/// <summary>What docs/consistency.md promises of leader-based keyspaces, checked over whole clusters under faults.</summary>
public sealed class LeaderTests
{
    private static readonly string[] Situations =
    [
        "crash lost unsynced batches",
        "fault: killed",
        "fault: vanished",
        "fault: paused",
        "fault: cut",
        "fault: stepped",
        "fault: filled",
        "log OwnPause",
        "leader of a group",
        "write ended: Timeout",
        "write ended: Unavailable",
    ];

    [Fact]
    public void Without_faults_every_request_succeeds()
    {
        var run = new LeaderRun { Faults = FaultOptions.None, Span = TimeSpan.FromSeconds(10) };
        SeedRuns.All(nameof(Without_faults_every_request_succeeds), 5, seed =>
        {
            var report = run.Run(seed);
            Assert.True(report.Wrong is null, report.Wrong);
            Assert.Equal(0, report.Failed);
            Assert.True(report.Succeeded > 500, $"{report.Succeeded} requests");
            return report.Simulation;
        });
    }

    [Fact]
    public void Under_faults_and_with_clocks_an_hour_apart_cells_are_linearizable() =>
        new LeaderRun().MustHold(nameof(Under_faults_and_with_clocks_an_hour_apart_cells_are_linearizable), 20, Situations);

    [Fact]
    public void Members_that_are_behind_the_log_fetch_the_state() =>
        LeaderRun.ShortLogs.MustHold(nameof(Members_that_are_behind_the_log_fetch_the_state), 12, "log Fetched", "crash lost unsynced batches");

    [Fact]
    public void Members_that_lost_their_disks_come_back_without_a_promise_broken() =>
        LeaderRun.LostDisks.MustHold(nameof(Members_that_lost_their_disks_come_back_without_a_promise_broken), 8, "fault: emptied", "log Counts");

    [Fact]
    public void Members_that_lost_their_disks_fetch_what_the_logs_lack() =>
        LeaderRun.LostDisksShortLogs.MustHold(nameof(Members_that_lost_their_disks_fetch_what_the_logs_lack), 8, "fault: emptied", "log Fetched", "log Counts");

    [Fact]
    public void Five_nodes_with_many_groups_are_linearizable() =>
        LeaderRun.FiveNodes.MustHold(nameof(Five_nodes_with_many_groups_are_linearizable), 10);
}
