using Coterie.Simulation.Runs;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Registers;

/// <summary>What docs/consistency.md promises of a cell, checked over whole clusters under faults.</summary>
public sealed class RegisterTests
{
    [Fact]
    public void Without_faults_every_request_succeeds_and_registers_are_linearizable()
    {
        var run = new RegisterRun
        {
            Cluster = new() { ClockOffsetMax = TimeSpan.Zero },
            Faults = FaultOptions.None,
            Rule = RegisterRule.Full,
            Span = TimeSpan.FromSeconds(10),
        };
        SeedRuns.All(
            nameof(Without_faults_every_request_succeeds_and_registers_are_linearizable),
            5,
            seed =>
            {
                var report = run.Run(seed);
                Assert.True(report.Wrong is null, report.Wrong);
                Assert.Equal(0, report.Failed);
                Assert.True(report.Succeeded > 500, $"{report.Succeeded} requests");
                return report.Simulation;
            });
    }

    [Fact]
    public void With_timestamps_in_order_registers_are_linearizable_under_faults() =>
        RegisterRuns.InOrder.MustHold(nameof(With_timestamps_in_order_registers_are_linearizable_under_faults), 40, Situations.OfFaults);

    [Fact]
    public void With_clocks_apart_reads_are_never_older_than_what_had_taken_effect() =>
        RegisterRuns.ClocksApart.MustHold(nameof(With_clocks_apart_reads_are_never_older_than_what_had_taken_effect), 20);

    [Fact]
    public void With_equal_timestamps_the_larger_value_wins_everywhere() =>
        RegisterRuns.EqualTimestamps.MustHold(nameof(With_equal_timestamps_the_larger_value_wins_everywhere), 10);

    [Fact]
    public void With_the_servers_timestamps_no_node_goes_back() =>
        RegisterRuns.ServerTimestamps.MustHold(nameof(With_the_servers_timestamps_no_node_goes_back), 20, "repair failed");

    [Fact]
    public void Without_read_repair_every_acknowledged_write_is_seen() =>
        RegisterRuns.NoRepair.MustHold(nameof(Without_read_repair_every_acknowledged_write_is_seen), 15);

    [Fact]
    public void With_repair_behind_the_answer_every_acknowledged_write_is_seen() =>
        RegisterRuns.RepairBehind.MustHold(nameof(With_repair_behind_the_answer_every_acknowledged_write_is_seen), 10);

    [Fact]
    public void Read_one_write_all_sees_every_acknowledged_write() =>
        RegisterRuns.ReadOneWriteAll.MustHold(nameof(Read_one_write_all_sees_every_acknowledged_write), 10);

    [Fact]
    public void Read_all_write_one_is_linearizable() =>
        RegisterRuns.ReadAllWriteOne.MustHold(nameof(Read_all_write_one_is_linearizable), 10);

    [Fact]
    public void Read_one_write_one_reads_nothing_that_nobody_wrote() =>
        RegisterRuns.OneAndOne.MustHold(nameof(Read_one_write_one_reads_nothing_that_nobody_wrote), 10);

    [Fact]
    public void Without_waiting_for_syncs_no_acknowledged_write_is_lost_with_one_machine_in_an_interval() =>
        RegisterRuns.Unsynced.MustHold(
            nameof(Without_waiting_for_syncs_no_acknowledged_write_is_lost_with_one_machine_in_an_interval),
            15,
            "crash lost unsynced batches",
            "start after unsynced writes were lost");

    [Fact]
    public void Five_nodes_with_three_replicas_are_linearizable() =>
        RegisterRuns.FiveNodesThreeReplicas.MustHold(nameof(Five_nodes_with_three_replicas_are_linearizable), 10);

    [Fact]
    public void Five_replicas_read_four_write_two_are_linearizable() =>
        RegisterRuns.FiveReplicasReadFour.MustHold(nameof(Five_replicas_read_four_write_two_are_linearizable), 10);

    [Fact]
    public void Five_replicas_read_two_write_four_see_every_acknowledged_write() =>
        RegisterRuns.FiveReplicasReadTwo.MustHold(nameof(Five_replicas_read_two_write_four_see_every_acknowledged_write), 10);
}
