using Coterie.Simulation.Runs;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Mistakes;

namespace Coterie.Simulation.Schemas;

/// <summary>The metadata of whole clusters: one order of all changes, nothing acknowledged lost, whoever was away catches up.</summary>
public sealed class SchemaTests
{
    private static readonly SchemaRun Faulty = new();

    [Fact]
    public void While_nothing_is_wrong_all_changes_succeed_and_tables_can_be_written_at_once_through_other_nodes() =>
        new SchemaRun { Faults = FaultOptions.None, WritesAtOnce = true, Span = TimeSpan.FromSeconds(10) }
            .MustHold(nameof(While_nothing_is_wrong_all_changes_succeed_and_tables_can_be_written_at_once_through_other_nodes), 5);

    [Fact]
    public void Under_faults_no_acknowledged_change_is_lost_and_all_nodes_agree() =>
        Faulty.MustHold(
            nameof(Under_faults_no_acknowledged_change_is_lost_and_all_nodes_agree), 20, "name fought for and lost", "request held for an epoch");

    [Fact]
    public void Five_nodes_agree_under_faults() =>
        new SchemaRun { Cluster = new() { Nodes = 5 } }.MustHold(nameof(Five_nodes_agree_under_faults), 10);

    [Fact]
    public void A_node_without_a_majority_of_voters_refuses_changes_in_time_and_serves_what_it_can() =>
        new CutOffRun(IsDown: false).MustHold(nameof(A_node_without_a_majority_of_voters_refuses_changes_in_time_and_serves_what_it_can), 10);

    [Fact]
    public void A_node_that_was_down_catches_up() =>
        new CutOffRun(IsDown: true).MustHold(nameof(A_node_that_was_down_catches_up), 10);

    [Fact]
    public void An_acceptor_that_forgets_its_promise_is_found() =>
        (Faulty with { Cluster = new() { Engine = static engine => new ForgetfulEngine(engine, "metadata/paxos/") } })
            .MustBeFound(Faulty, 10, "stopped itself", "is lost", "metadata differ", "there again", "were acknowledged");

    [Fact]
    public void Messages_that_do_not_tell_their_epoch_are_found() =>
        (Faulty with { Cluster = new() { Tampering = FrameMistakes.EpochsAreNotTold } })
            .MustBeFound(Faulty, 20, "metadata differ", "a write to");
}
