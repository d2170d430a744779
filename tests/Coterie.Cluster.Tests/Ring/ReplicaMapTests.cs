using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Cluster.Tests.Ring;

public sealed class ReplicaMapTests
{
    public static TheoryData<int, int> Rings => new() { { 1, 1 }, { 3, 2 }, { 3, 3 }, { 5, 3 }, { 20, 5 } };

    [Theory]
    [MemberData(nameof(Rings))]
    public void Ranges_cover_each_token_once_and_agree_with_the_look_up(int size, int copies)
    {
        var map = ReplicaMap.Create(TokenAllocation.Even([.. Enumerable.Range(1, size).Select(i => TestNodes.Node(i))]), new SimpleStrategy(copies), "dc1");

        Assert.Equal(Token.Minimum, map.Ranges[0].Start);
        Assert.Equal(long.MaxValue, map.Ranges[^1].End.Value);
        for (var i = 0; i < map.Ranges.Length; i++)
        {
            var range = map.Ranges[i];
            Assert.True(range.Start.Value < range.End.Value);
            Assert.True(i == 0 || map.Ranges[i - 1].End == range.Start);
            Assert.Same(range.Replicas, map.Lookup(range.End));
            Assert.Same(range.Replicas, map.Lookup(new Token(range.Start.Value + 1)));
        }
    }

    [Theory]
    [MemberData(nameof(Rings))]
    public void Groups_cover_each_token_once_and_are_kept_by_whom_the_look_up_names(int size, int copies)
    {
        var map = ReplicaMap.Create(TokenAllocation.Even([.. Enumerable.Range(1, size).Select(i => TestNodes.Node(i))]), new SimpleStrategy(copies), "dc1");

        var spans = map.Groups.SelectMany(group => group.Ranges).OrderBy(span => span.Start).ToArray();
        Assert.Equal(Token.Minimum, spans[0].Start);
        Assert.Equal(long.MaxValue, spans[^1].End.Value);
        Assert.All(Enumerable.Range(1, spans.Length - 1), i => Assert.Equal(spans[i - 1].End, spans[i].Start));
        Assert.Equal(map.Groups.Length, map.Groups.Select(group => string.Join(' ', group.Nodes)).Distinct().Count());
        Assert.All(map.Ranges, range =>
        {
            var group = map.GroupOf(range.End)!;
            Assert.Same(group, map.GroupOf(new Token(range.Start.Value + 1)));
            Assert.Equal(range.Replicas.Nodes.Order(), group.Nodes);
        });
    }

    [Fact]
    public void A_replica_of_everything_has_one_group_of_one_range()
    {
        var map = ReplicaMap.Create(TokenAllocation.Even([TestNodes.Node(1), TestNodes.Node(2), TestNodes.Node(3)]), new SimpleStrategy(3), "dc1");

        Assert.Equal(new TokenSpan(Token.Minimum, new Token(long.MaxValue)), Assert.Single(Assert.Single(map.Groups).Ranges));
    }

    [Fact]
    public void A_look_up_agrees_with_a_walk_of_the_ring()
    {
        var random = new Random(7);
        var nodes = Enumerable.Range(1, 9)
            .Select(i => TestNodes.Node(i, tokens: [.. Enumerable.Range(0, 16).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))]))
            .ToArray();
        var ring = Placement.Ring(nodes);
        var map = ReplicaMap.Create(nodes, new SimpleStrategy(3), "dc1");

        for (var i = 0; i < 2_000; i++)
        {
            var token = i < ring.Length ? ring[i].Token : new Token(random.NextInt64(long.MinValue, long.MaxValue));
            var owner = ring.FirstOrDefault(pair => pair.Token.Value >= token.Value, ring[0]).Node.Id;
            Assert.Equal(owner, map.Lookup(token).Nodes[0]);
        }
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        var map = ReplicaMap.Create(TokenAllocation.Even([TestNodes.Node(1), TestNodes.Node(2), TestNodes.Node(3)]), new SimpleStrategy(3), "dc1");
        var found = map.Lookup(new Token(0));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            found = map.Lookup(new Token(i * 1_000_000_007_000_007L));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3, found.Count);
    }

    [Fact]
    public void Before_formation_there_are_no_replicas()
    {
        var map = ReplicaMap.Create([], new SimpleStrategy(3), "dc1");

        Assert.Same(ReplicaSet.Empty, map.Lookup(new Token(5)));
        Assert.Empty(map.Ranges);
    }

    [Fact]
    public void A_replica_set_knows_where_its_members_are()
    {
        NodeInfo[] nodes = [TestNodes.Node(1, "west", tokens: 1), TestNodes.Node(2, "east", tokens: 2), TestNodes.Node(3, "west", tokens: 3)];

        var set = ReplicaMap.Create(nodes, new SimpleStrategy(3), "west").Lookup(new Token(0));

        Assert.Equal(["west", "east", "west"], set.Datacenters);
        Assert.Equal([0, 2], set.LocalIndexes);
        Assert.Equal(2, set.CountByDatacenter["west"]);
        Assert.Equal(1, set.CountByDatacenter["east"]);
        Assert.Equal(1, set.IndexOf(TestNodes.Id(2)));
        Assert.Equal(-1, set.IndexOf(TestNodes.Id(9)));
    }

    [Fact]
    public void Ranges_with_the_same_replicas_share_one_set()
    {
        var map = ReplicaMap.Create(TokenAllocation.Even([TestNodes.Node(1), TestNodes.Node(2), TestNodes.Node(3)]), new SimpleStrategy(3), "dc1");

        Assert.Equal(49, map.Ranges.Length);
        Assert.Equal(3, map.Ranges.Select(range => range.Replicas).Distinct().Count());
    }

    [Fact]
    public void Replication_factors_are_told_by_data_centre_and_SimpleStrategy_counts_as_local()
    {
        Assert.Equal(3, ReplicaMap.Create([], new SimpleStrategy(3), "west").ReplicationFactors["west"]);
        Assert.Equal(2, ReplicaMap.Create([], TestStrategies.Topology(("east", 2)), "west").ReplicationFactors["east"]);
    }

    [Fact]
    public void The_maps_follow_the_metadata_and_keep_what_did_not_change()
    {
        var view = new SettableView();
        var maps = new ReplicaMaps(view, "dc1");
        Assert.Null(maps.For("k"));

        view.Apply(new FormCluster(new ClusterId(new Guid(1, 2, 3, new byte[8])), "c", TokenAllocation.Even([TestNodes.Node(1), TestNodes.Node(2)])));
        view.Apply(new CreateKeyspace(new KeyspaceSchema("k", new SimpleStrategy(2)), false));
        var first = maps.For("k");
        Assert.NotNull(first);
        Assert.Equal(2, first.Lookup(new Token(0)).Count);
        Assert.Same(first, maps.For("k"));

        view.Apply(new CreateKeyspace(new KeyspaceSchema("other", new SimpleStrategy(1)), false));
        Assert.Same(first, maps.For("k"));
        Assert.Equal(1, maps.For("other")?.Lookup(new Token(0)).Count);

        view.Apply(new DropKeyspace("k", false));
        Assert.Null(maps.For("k"));
    }

    private sealed class SettableView : IMetadataView
    {
        public ClusterMetadata Current { get; private set; } = ClusterMetadata.Empty;

        public event Action<ClusterMetadata, ClusterMetadata>? Changed;

        public void Apply(MetadataChange change)
        {
            var before = Current;
            var outcome = MetadataTransition.Apply(before, change);
            Assert.Equal(ChangeRefusal.None, outcome.Refusal);
            Current = outcome.Metadata;
            Changed?.Invoke(before, Current);
        }
    }
}
