using Coterie.Model.Quorum;

namespace Coterie.Model.Tests.Quorum;

public sealed class ReplicaCountsTests
{
    private static readonly SortedDictionary<string, int> TwoDatacenters = new(StringComparer.Ordinal) { ["east"] = 3, ["west"] = 2 };

    [Theory]
    [InlineData(ConsistencyLevel.Any, RequirementScope.Anywhere, 1)]
    [InlineData(ConsistencyLevel.One, RequirementScope.Anywhere, 1)]
    [InlineData(ConsistencyLevel.Two, RequirementScope.Anywhere, 2)]
    [InlineData(ConsistencyLevel.Three, RequirementScope.Anywhere, 3)]
    [InlineData(ConsistencyLevel.Quorum, RequirementScope.Anywhere, 3)]
    [InlineData(ConsistencyLevel.All, RequirementScope.Anywhere, 5)]
    [InlineData(ConsistencyLevel.LocalOne, RequirementScope.LocalDatacenter, 1)]
    [InlineData(ConsistencyLevel.LocalQuorum, RequirementScope.LocalDatacenter, 2)]
    [InlineData(ConsistencyLevel.EachQuorum, RequirementScope.EachDatacenter, 4)]
    public void A_level_names_a_count_and_a_place(ConsistencyLevel level, RequirementScope scope, int count) =>
        Assert.Equal(new ReplicaRequirement(scope, count, level == ConsistencyLevel.Any), ReplicaCounts.For(level, TwoDatacenters, "east"));

    [Fact]
    public void A_local_level_cannot_be_met_where_there_are_no_replicas() =>
        Assert.Equal(new ReplicaRequirement(RequirementScope.LocalDatacenter, 1), ReplicaCounts.For(ConsistencyLevel.LocalQuorum, TwoDatacenters, "north"));

    [Theory]
    [InlineData(ConsistencyLevel.Serial)]
    [InlineData(ConsistencyLevel.LocalSerial)]
    [InlineData((ConsistencyLevel)99)]
    public void Serial_levels_name_no_count(ConsistencyLevel level) =>
        Assert.Throws<ArgumentException>(() => ReplicaCounts.For(level, TwoDatacenters, "east"));

    /// <summary>By counting: every set of R replicas meets every set of W of the N exactly when R + W > N.</summary>
    [Fact]
    public void Quorums_meet_exactly_when_the_arithmetic_says_so()
    {
        for (var replicas = 1; replicas <= 5; replicas++)
        {
            for (var reads = 1; reads <= replicas; reads++)
            {
                for (var writes = 1; writes <= replicas; writes++)
                {
                    Assert.Equal(AllMeet(replicas, reads, writes), QuorumMath.ReadsMeetWrites(replicas, reads, writes));
                }

                Assert.Equal(AllMeet(replicas, reads, reads), QuorumMath.ReadsMeetReads(replicas, reads));
            }

            Assert.True(QuorumMath.ReadsMeetReads(replicas, ReplicaCounts.Majority(replicas)));
            Assert.False(QuorumMath.ReadsMeetReads(replicas, ReplicaCounts.Majority(replicas) - 1));
            Assert.Equal((replicas - 1) / 2, QuorumMath.MayBeDown(replicas, ReplicaCounts.Majority(replicas)));
        }
    }

    private static bool AllMeet(int replicas, int first, int second)
    {
        for (var left = 0; left < 1 << replicas; left++)
        {
            for (var right = 0; right < 1 << replicas; right++)
            {
                if (int.PopCount(left) == first && int.PopCount(right) == second && (left & right) == 0)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
