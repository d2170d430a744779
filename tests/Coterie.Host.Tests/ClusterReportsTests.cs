using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Ring;
using Coterie.Coordinator.Hints;
using Coterie.Host.Admin;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Raft;
using Coterie.Replica.Groups;

namespace Coterie.Host.Tests;

public sealed class ClusterReportsTests
{
    [Fact]
    public void Ownership_goes_by_the_distance_to_the_token_before_around_the_ring()
    {
        // Quarters: (−2^62, 0] and (0, 2^62] belong to node 1, the half that goes around belongs to node 2.
        var metadata = Cluster((1, [0, 1L << 62]), (2, [-(1L << 62)]));

        var owned = ClusterReports.Ownership(metadata);

        Assert.Equal(0.5, owned[Id(1)]);
        Assert.Equal(0.5, owned[Id(2)]);
    }

    [Fact]
    public void One_token_owns_everything()
    {
        Assert.Equal(1.0, ClusterReports.Ownership(Cluster((1, [42])))[Id(1)]);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, true)]
    [InlineData(1, false)]
    public void Ready_means_that_a_majority_is_seen_alive(int alive, bool ready)
    {
        var metadata = Cluster((1, [1]), (2, [2]), (3, [3]));

        var report = ClusterReports.Status(metadata, new Opinion(alive), Id(1), 4711, cqlOpen: true, TimeSpan.FromSeconds(1), 7, [new HintsWaiting(Id(2), 3, 400, 1_000)], DateTimeOffset.FromUnixTimeMilliseconds(6_000));

        Assert.Equal(ready, report.Ready);
        Assert.Equal(alive, report.Nodes.Count(node => node.Up));
        Assert.Equal(7, report.LoadBytes);
        Assert.Equal([null, new HintsReport(3, 400, 5), null], report.Nodes.Select(node => node.Hints));
    }

    [Fact]
    public void A_cluster_that_is_not_formed_is_not_ready()
    {
        Assert.False(ClusterReports.SeesMajority(ClusterMetadata.Empty, new Opinion(3)));
    }

    [Fact]
    public void A_group_is_reported_as_its_member_sees_it()
    {
        var group = new ReplicaGroup([Id(1), Id(2), Id(3)], []);

        var reports = ClusterReports.Groups(
        [
            new GroupStatus(group, RaftRole.Leader, Term: 7, Leader: Id(2), Committed: 50, Applied: 49, LogBytes: 4_000, LeaderChanges: 3, IsPassive: false, IsClosed: false),
            new GroupStatus(group, RaftRole.PreCandidate, Term: 8, Leader: null, Committed: 1, Applied: 1, LogBytes: 0, LeaderChanges: 0, IsPassive: true, IsClosed: true),
        ]);

        Assert.Equal([group.Id.ToString(), group.Id.ToString()], reports.Select(one => one.Id));
        Assert.Equal([Id(1).ToString(), Id(2).ToString(), Id(3).ToString()], reports[0].Members);
        Assert.Equal(("Leader", Id(2).ToString(), 7, 50, 49, 4_000, 3), (reports[0].Role, reports[0].Leader, reports[0].Term, reports[0].Committed, reports[0].Applied, reports[0].LogBytes, reports[0].LeaderChanges));
        Assert.Equal(("PreCandidate", null), (reports[1].Role, reports[1].Leader));
    }

    private static NodeId Id(int number) => new(new Guid(number, 0, 0, new byte[8]));

    private static ClusterMetadata Cluster(params (int Number, long[] Tokens)[] nodes) => ClusterMetadata.Empty with
    {
        Nodes = nodes.ToImmutableSortedDictionary(
            node => Id(node.Number),
            node => new NodeInfo(
                Id(node.Number),
                new IPEndPoint(IPAddress.Loopback, 7000 + node.Number),
                new IPEndPoint(IPAddress.Loopback, 9042 + node.Number),
                new IPEndPoint(IPAddress.Loopback, 9180 + node.Number),
                "dc1",
                "rack1",
                [.. node.Tokens.Select(token => new Token(token))])),
    };

    private sealed class Opinion(int alive) : ILiveness
    {
        public event Action<NodeId, bool>? Changed
        {
            add { }
            remove { }
        }

        public bool IsAlive(NodeId node) => node.CompareTo(Id(alive)) <= 0;
    }
}
