using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Cluster.Tests.Ring;

/// <summary>Rings small enough to place by hand. Nodes are named by their numbers.</summary>
public sealed class PlacementTests
{
    private static readonly NodeInfo[] FourNodes =
        [TestNodes.Node(1, tokens: 100), TestNodes.Node(2, tokens: 200), TestNodes.Node(3, tokens: 300), TestNodes.Node(4, tokens: 400)];

    [Theory]
    [InlineData(long.MinValue + 1, "1 2 3")]
    [InlineData(0, "1 2 3")]
    [InlineData(100, "1 2 3")]
    [InlineData(101, "2 3 4")]
    [InlineData(200, "2 3 4")]
    [InlineData(201, "3 4 1")]
    [InlineData(350, "4 1 2")]
    [InlineData(400, "4 1 2")]
    [InlineData(401, "1 2 3")]
    [InlineData(long.MaxValue, "1 2 3")]
    public void The_owner_has_the_first_token_not_below_and_the_next_nodes_follow(long token, string expected) =>
        Assert.Equal(expected, Replicas(FourNodes, new SimpleStrategy(3), token));

    [Fact]
    public void A_node_that_comes_again_on_the_ring_is_passed_over()
    {
        NodeInfo[] nodes = [TestNodes.Node(1, tokens: [10, 20, 40]), TestNodes.Node(2, tokens: [30, 60]), TestNodes.Node(3, tokens: [50])];

        Assert.Equal("1 2 3", Replicas(nodes, new SimpleStrategy(3), 5));
        Assert.Equal("1 2", Replicas(nodes, new SimpleStrategy(2), 15));
        Assert.Equal("2 1 3", Replicas(nodes, new SimpleStrategy(3), 25));
        Assert.Equal("3 2 1", Replicas(nodes, new SimpleStrategy(3), 45));
    }

    [Fact]
    public void More_copies_than_nodes_gives_every_node_one() =>
        Assert.Equal("3 4 1 2", Replicas(FourNodes, new SimpleStrategy(7), 250));

    [Fact]
    public void Each_data_centre_gets_its_own_number_in_the_order_of_the_walk()
    {
        NodeInfo[] nodes =
        [
            TestNodes.Node(1, "east", tokens: 10), TestNodes.Node(2, "west", tokens: 20), TestNodes.Node(3, "east", tokens: 30),
            TestNodes.Node(4, "west", tokens: 40), TestNodes.Node(5, "east", tokens: 50), TestNodes.Node(6, "other", tokens: 15),
        ];
        var strategy = TestStrategies.Topology(("east", 2), ("west", 1));

        Assert.Equal("1 2 3", Replicas(nodes, strategy, 5));
        Assert.Equal("2 3 5", Replicas(nodes, strategy, 15));
        Assert.Equal("4 5 1", Replicas(nodes, strategy, 35));
        Assert.Equal("5 1 2", Replicas(nodes, strategy, 45));
    }

    [Fact]
    public void A_rack_met_already_is_passed_over_while_there_are_as_many_racks_as_copies()
    {
        NodeInfo[] nodes =
        [
            TestNodes.Node(1, rack: "a", tokens: 10), TestNodes.Node(2, rack: "a", tokens: 20), TestNodes.Node(3, rack: "b", tokens: 30),
            TestNodes.Node(4, rack: "b", tokens: 40), TestNodes.Node(5, rack: "c", tokens: 50),
        ];

        Assert.Equal("1 3 5", Replicas(nodes, TestStrategies.Topology(("dc1", 3)), 5));
        Assert.Equal("2 3 5", Replicas(nodes, TestStrategies.Topology(("dc1", 3)), 15));
        Assert.Equal("2 3", Replicas(nodes, TestStrategies.Topology(("dc1", 2)), 15));
        Assert.Equal("5 1 3", Replicas(nodes, TestStrategies.Topology(("dc1", 3)), 45));
    }

    [Fact]
    public void With_too_few_racks_as_many_repeats_are_taken_as_racks_are_missing()
    {
        NodeInfo[] nodes =
        [
            TestNodes.Node(1, rack: "a", tokens: 10), TestNodes.Node(2, rack: "a", tokens: 20), TestNodes.Node(3, rack: "a", tokens: 30),
            TestNodes.Node(4, rack: "b", tokens: 40),
        ];

        // Three copies on two racks: one repeat. The second of rack a is taken, the third is not, so that b gets its copy.
        Assert.Equal("1 2 4", Replicas(nodes, TestStrategies.Topology(("dc1", 3)), 5));
        Assert.Equal("3 4 1", Replicas(nodes, TestStrategies.Topology(("dc1", 3)), 25));
        Assert.Equal("1 4", Replicas(nodes, TestStrategies.Topology(("dc1", 2)), 5));
        Assert.Equal("1 2 3 4", Replicas(nodes, TestStrategies.Topology(("dc1", 4)), 5));
    }

    [Fact]
    public void A_data_centre_without_nodes_or_without_copies_gets_nothing() =>
        Assert.Equal("3 4", Replicas(FourNodes, TestStrategies.Topology(("dc1", 2), ("gone", 3), ("none", 0)), 250));

    private static string Replicas(NodeInfo[] nodes, ReplicationStrategy strategy, long token) =>
        string.Join(' ', ReplicaMap.Create(nodes, strategy, "dc1").Lookup(new Token(token)).Nodes.Select(NumberOf));

    private static int NumberOf(NodeId id) => Enumerable.Range(1, 100).Single(number => TestNodes.Id(number) == id);
}
