using Coterie.Simulation.Runs;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Datacenters;

/// <summary>Two data centres, which are cut from one another now and then.</summary>
public sealed class DatacenterTests
{
    [Fact]
    public void With_local_quorums_each_data_centre_is_linearizable_by_itself() =>
        RegisterRuns.LocalQuorums.MustHold(
            nameof(With_local_quorums_each_data_centre_is_linearizable_by_itself), 8, "fault: isolated", "mutation missed", "repair sent");

    [Fact]
    public void A_write_at_each_quorum_is_seen_by_local_quorums_in_every_data_centre() =>
        RegisterRuns.EachQuorumWrites.MustHold(
            nameof(A_write_at_each_quorum_is_seen_by_local_quorums_in_every_data_centre), 8, "fault: isolated", "write ended: Unavailable");

    [Fact]
    public void A_write_at_one_data_centre_alone_is_found_where_both_are_promised()
    {
        var mistaken = RegisterRuns.EachQuorumWrites with
        {
            Workload = RegisterRuns.EachQuorumWrites.Workload with { WriteConsistency = Simulator.Workloads.RegisterWorkloadOptions.LocalQuorum },
        };
        mistaken.MustBeFound(RegisterRuns.EachQuorumWrites, 20, "which had taken effect before", "is gone");
    }
}
