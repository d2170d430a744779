using Coterie.Cluster.Ring;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Cluster.Tests.Ring;

public sealed class TokenAllocationTests
{
    public static TheoryData<int> ClusterSizes => [1, 2, 3, 4, 5, 7, 12, 100];

    [Theory]
    [MemberData(nameof(ClusterSizes))]
    public void Each_node_gets_its_tokens_sorted_and_no_token_is_given_twice(int size)
    {
        var nodes = TokenAllocation.Even([.. Enumerable.Range(1, size).Select(i => TestNodes.Node(i))]);

        Assert.All(nodes, node => Assert.Equal(Limits.TokensPerNode, node.Tokens.Length));
        Assert.All(nodes, node => Assert.Equal(node.Tokens.Order(), node.Tokens));
        var all = nodes.SelectMany(node => node.Tokens).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.DoesNotContain(Token.Minimum, all);
    }

    [Theory]
    [MemberData(nameof(ClusterSizes))]
    public void Every_node_owns_the_same_share_of_the_ring(int size)
    {
        var nodes = TokenAllocation.Even([.. Enumerable.Range(1, size).Select(i => TestNodes.Node(i))]);
        var copies = Math.Min(3, size);

        var owned = ReplicaMap.Create(nodes, new SimpleStrategy(3), "dc1").Ownership();

        Assert.Equal(size, owned.Count);
        Assert.All(owned.Values, share => Assert.Equal((double)copies / size, share, 1e-9));
    }

    [Fact]
    public void Nodes_of_the_racks_take_turns_so_that_spreading_over_racks_skips_no_one()
    {
        NodeInfo[] nodes =
        [
            TestNodes.Node(1, rack: "a"), TestNodes.Node(2, rack: "a"), TestNodes.Node(3, rack: "b"),
            TestNodes.Node(4, rack: "b"), TestNodes.Node(5, rack: "c"), TestNodes.Node(6, rack: "c"),
        ];

        var map = ReplicaMap.Create(TokenAllocation.Even(nodes), TestStrategies.Topology(("dc1", 3)), "dc1");

        Assert.All(map.Ownership().Values, share => Assert.Equal(0.5, share, 1e-9));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    public void Each_data_centre_is_balanced_by_itself(int first, int second)
    {
        var nodes = TokenAllocation.Even(
        [
            .. Enumerable.Range(1, first).Select(i => TestNodes.Node(i, "dc1")),
            .. Enumerable.Range(51, second).Select(i => TestNodes.Node(i, "dc2")),
        ]);

        var owned = ReplicaMap.Create(nodes, TestStrategies.Topology(("dc1", 2), ("dc2", 2)), "dc1").Ownership();

        Assert.All(nodes, node => Assert.Equal(2.0 / (node.Datacenter == "dc1" ? first : second), owned[node.Id], 1e-9));
        Assert.Equal(nodes.Length * Limits.TokensPerNode, nodes.SelectMany(node => node.Tokens).Distinct().Count());
    }

    [Fact]
    public void Data_centres_of_equal_size_alternate_on_the_ring_so_that_SimpleStrategy_is_balanced_too()
    {
        var nodes = TokenAllocation.Even(
        [
            .. Enumerable.Range(1, 3).Select(i => TestNodes.Node(i, "dc1")),
            .. Enumerable.Range(51, 3).Select(i => TestNodes.Node(i, "dc2")),
        ]);

        var owned = ReplicaMap.Create(nodes, new SimpleStrategy(3), "dc1").Ownership();

        Assert.Equal(6, owned.Count);
        Assert.All(owned.Values, share => Assert.Equal(0.5, share, 1e-9));
    }
}
