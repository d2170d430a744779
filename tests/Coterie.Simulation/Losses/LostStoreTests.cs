using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Losses;

/// <summary>Nodes that lose their stores: no quorum lies for it, neither about rows nor about the schema, and all of it comes back.</summary>
public sealed class LostStoreTests
{
    private const string Lies = "a quorum gives";
    private static readonly LostStoreRun OfAQuorum = new();

    [Fact]
    public void Registers_stay_linearizable_while_nodes_lose_their_stores() =>
        RegisterRuns.LostStores.MustHold(
            nameof(Registers_stay_linearizable_while_nodes_lose_their_stores), 5, "fault: emptied", "read refused by an incomplete replica");

    [Fact]
    public void Voters_that_lose_their_stores_lose_no_acknowledged_change() =>
        SchemaRun.LostStores.MustHold(nameof(Voters_that_lose_their_stores_lose_no_acknowledged_change), 5, "fault: emptied");

    [Fact]
    public void Who_lost_its_store_and_who_was_never_told_are_no_quorum() =>
        OfAQuorum.MustHold(nameof(Who_lost_its_store_and_who_was_never_told_are_no_quorum), 10, "quorum without the witness refused");

    [Fact]
    public void An_incomplete_node_that_answers_reads_is_found() =>
        (OfAQuorum with { Cluster = OfAQuorum.Cluster with { Engine = static engine => new ForgetfulEngine(engine, "losses/") } })
            .MustBeFound(OfAQuorum, 10, Lies);

    [Fact]
    public void It_is_found_too_while_clients_read_and_write_all_the_time() =>
        (RegisterRuns.LostStores with { Cluster = RegisterRuns.LostStores.Cluster with { Engine = static engine => new ForgetfulEngine(engine, "losses/") } })
            .MustBeFound(RegisterRuns.LostStores, 20, "which had taken effect before");

    [Fact]
    public void An_incomplete_node_that_counts_one_exchange_for_all_is_found() =>
        (OfAQuorum with { Cluster = OfAQuorum.Cluster with { Engine = static engine => new OneExchangeForAll(engine) } })
            .MustBeFound(OfAQuorum, 10, Lies);

    [Fact]
    public void A_voter_that_does_not_know_what_it_has_forgotten_is_found() =>
        (OfAQuorum with { Cluster = OfAQuorum.Cluster with { Engine = static engine => new ForgetfulEngine(engine, "metadata/amnesia") } })
            .MustBeFound(OfAQuorum, 10, "stopped itself", "metadata differ", "is lost");
}
