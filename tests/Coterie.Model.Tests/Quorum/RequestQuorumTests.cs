using System.Numerics;
using Coterie.Model.Quorum;

namespace Coterie.Model.Tests.Quorum;

/// <summary>What is worked out from counts, against all sets of replicas, one by one.</summary>
public sealed class RequestQuorumTests
{
    private static readonly ConsistencyLevel[] Levels =
    [
        ConsistencyLevel.Any, ConsistencyLevel.One, ConsistencyLevel.Two, ConsistencyLevel.Three, ConsistencyLevel.Quorum, ConsistencyLevel.All,
        ConsistencyLevel.LocalOne, ConsistencyLevel.LocalQuorum, ConsistencyLevel.EachQuorum,
    ];

    public static TheoryData<int[]> Layouts =>
        [new[] { 1 }, new[] { 2 }, new[] { 3 }, new[] { 4 }, new[] { 5 }, new[] { 2, 2 }, new[] { 3, 2 }, new[] { 1, 3 }, new[] { 2, 1, 2 }, new[] { 1, 1, 1, 1, 2 }];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_request_is_met_by_exactly_the_sets_that_its_level_describes(int[] replicas)
    {
        var layout = ReplicaLayout.Of(replicas);
        foreach (var (level, datacenter) in Choices(layout))
        {
            var quorum = Quorum(layout, level, datacenter);
            foreach (var set in AllSets(layout))
            {
                Assert.Equal(IsMet(layout, level, datacenter, set), quorum.IsMetBy(set));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Two_requests_are_sure_to_meet_in_as_many_replicas_as_the_worst_two_sets_share(int[] replicas)
    {
        var layout = ReplicaLayout.Of(replicas);
        var requests = Choices(layout).Select(one => (
            Quorum: Quorum(layout, one.Level, one.Datacenter),
            Sets: AllSets(layout).Where(set => IsMet(layout, one.Level, one.Datacenter, set)).ToArray())).ToList();
        foreach (var (write, writeSets) in requests)
        {
            foreach (var (read, readSets) in requests)
            {
                var least = writeSets.Min(one => readSets.Min(other => one.And(other).Count));
                Assert.Equal(least, write.SureToMeet(read));

                var (own, others) = write.WorstMeeting(read);
                Assert.True(write.IsMetBy(own) && read.IsMetBy(others));
                Assert.Equal((write.Size, read.Size, least), (own.Count, others.Count, own.And(others).Count));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void The_sets_that_are_enough_and_those_that_block_are_the_smallest_of_all_sets(int[] replicas)
    {
        var layout = ReplicaLayout.Of(replicas);
        foreach (var (level, datacenter) in Choices(layout))
        {
            var quorum = Quorum(layout, level, datacenter);
            var enough = Smallest(AllSets(layout).Where(set => IsMet(layout, level, datacenter, set)));
            var blocking = Smallest(AllSets(layout).Where(set => !IsMet(layout, level, datacenter, layout.All.Except(set))));
            AssertSame(enough, quorum.Enough, layout);
            AssertSame(blocking, quorum.Blocking, layout);
        }
    }

    /// <summary>By adding up the exact chance of every set of replicas, in whole numbers.</summary>
    [Theory]
    [InlineData(999, 1000)]
    [InlineData(99, 100)]
    [InlineData(1, 3)]
    public void Unavailability_is_the_chance_of_all_sets_that_are_not_enough(int up, int of)
    {
        foreach (var replicas in new int[][] { [1], [3], [5], [9], [3, 3], [3, 2, 2] })
        {
            var layout = ReplicaLayout.Of(replicas);
            foreach (var (level, datacenter) in Choices(layout))
            {
                var ways = BigInteger.Zero;
                foreach (var set in AllSets(layout).Where(set => !IsMet(layout, level, datacenter, set)))
                {
                    ways += BigInteger.Pow(up, set.Count) * BigInteger.Pow(of - up, layout.Replicas - set.Count);
                }

                var exact = (double)ways / (double)BigInteger.Pow(of, layout.Replicas);
                Assert.Equal(exact, Quorum(layout, level, datacenter).Unavailability((double)up / of), exact * 1e-11);
            }
        }
    }

    [Fact]
    public void Twenty_nines_are_not_lost_in_rounding()
    {
        // Nine replicas, one needed: all of them must be down.
        var quorum = Quorum(ReplicaLayout.Of(9), ConsistencyLevel.One, 0);
        Assert.Equal(1e-27, quorum.Unavailability(0.999), 1e-38);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    public void Nobody_can_need_more_replicas_than_there_are_or_none(int count) =>
        Assert.Throws<ArgumentException>(() => new RequestQuorum(ReplicaLayout.Of(3), new ReplicaRequirement(RequirementScope.Anywhere, count)));

    [Fact]
    public void Blind_sets_miss_each_other_as_often_as_counting_them_says()
    {
        var layout = ReplicaLayout.Of(6);
        for (var reads = 1; reads <= 6; reads++)
        {
            for (var writes = 1; writes <= 6; writes++)
            {
                var written = layout.All.Lowest(writes);
                var sets = AllSets(layout).Where(set => set.Count == reads).ToList();
                Assert.Equal((double)sets.Count(set => set.And(written).IsEmpty) / sets.Count, QuorumMath.MissesBlindly(6, reads, writes), 1e-15);
            }
        }
    }

    private static RequestQuorum Quorum(ReplicaLayout layout, ConsistencyLevel level, int datacenter) =>
        new(layout, ReplicaCounts.For(level, layout.ByName, layout.Datacenters[datacenter].Name), datacenter);

    private static IEnumerable<(ConsistencyLevel Level, int Datacenter)> Choices(ReplicaLayout layout) =>
        from level in Levels
        where layout.Replicas >= (level switch { ConsistencyLevel.Two => 2, ConsistencyLevel.Three => 3, _ => 1 })
        from datacenter in Enumerable.Range(0, layout.Datacenters.Count)
        select (level, datacenter);

    private static IEnumerable<NodeSet> AllSets(ReplicaLayout layout) => Enumerable.Range(0, 1 << layout.Replicas).Select(static bits => new NodeSet((ulong)bits));

    /// <summary>What CQL says of the levels, once more.</summary>
    private static bool IsMet(ReplicaLayout layout, ConsistencyLevel level, int datacenter, NodeSet set)
    {
        var local = set.Nodes().Count(node => layout.DatacenterOf(node) == datacenter);
        return level switch
        {
            ConsistencyLevel.Any => true,
            ConsistencyLevel.One => set.Count >= 1,
            ConsistencyLevel.Two => set.Count >= 2,
            ConsistencyLevel.Three => set.Count >= 3,
            ConsistencyLevel.Quorum => 2 * set.Count > layout.Replicas,
            ConsistencyLevel.All => set.Count == layout.Replicas,
            ConsistencyLevel.LocalOne => local >= 1,
            ConsistencyLevel.LocalQuorum => 2 * local > layout.Datacenters[datacenter].Replicas,
            _ => Enumerable.Range(0, layout.Datacenters.Count).All(each =>
                2 * set.Nodes().Count(node => layout.DatacenterOf(node) == each) > layout.Datacenters[each].Replicas),
        };
    }

    private static List<NodeSet> Smallest(IEnumerable<NodeSet> sets)
    {
        var all = sets.ToList();
        return [.. all.Where(set => !all.Any(other => other != set && set.Contains(other)))];
    }

    private static void AssertSame(List<NodeSet> expected, NodeSetFamily family, ReplicaLayout layout)
    {
        Assert.Equal(expected.Select(static set => set.Bits).Order(), family.Sets().Select(static set => set.Bits).Order());
        Assert.Equal(expected.Count, family.SetCount);
        Assert.Equal(expected.Count == 0 ? null : expected.Min(static set => set.Count), family.Smallest);
        foreach (var set in AllSets(layout))
        {
            Assert.Equal(expected.Any(set.Contains), family.IsWithin(set));
        }
    }
}
