using System.Globalization;
using Coterie.Raft.Tests.Harness;

namespace Coterie.Raft.Tests;

/// <summary>
/// Groups under every fault that the harness knows, with the invariants looked at after each step. COTERIE_RAFT_TIMES=100 in the environment runs a hundred
/// times as many seeds.
/// </summary>
public sealed class RandomRunTests
{
    private const int Steps = 2000;

    // A member joins, learns, votes and goes: that takes its time.
    private const int StepsWithMembers = 8000;

    [Theory]
    [InlineData(1, 60)]
    [InlineData(3, 500)]
    [InlineData(5, 300)]
    public void A_group_keeps_its_promises_and_comes_to_itself(int members, int seeds)
    {
        var times = int.Parse(Environment.GetEnvironmentVariable("COTERIE_RAFT_TIMES") ?? "1", CultureInfo.InvariantCulture);
        for (var seed = 0; seed < seeds * times; seed++)
        {
            Found.In(seed, members, Steps, Chances.ProfileOf(seed));
        }
    }

    [Theory]
    [InlineData(1, 2, 200)]
    [InlineData(3, 2, 500)]
    [InlineData(4, 1, 300)]
    public void A_group_whose_members_come_and_go_keeps_its_promises(int members, int spares, int seeds)
    {
        var times = int.Parse(Environment.GetEnvironmentVariable("COTERIE_RAFT_TIMES") ?? "1", CultureInfo.InvariantCulture);
        for (var seed = 0; seed < seeds * times; seed++)
        {
            Found.In(seed, members, StepsWithMembers, Chances.MembersChange(seed), spares);
        }
    }

    [Fact]
    public void What_is_rare_about_members_happens()
    {
        var happened = new Dictionary<string, int>();
        for (var seed = 0; seed < 200; seed++)
        {
            var run = new RandomRun(seed, 3, with: Chances.MembersChange(seed), spares: 2);
            run.Go(StepsWithMembers);
            foreach (var (what, times) in run.Group.Happened)
            {
                happened[what] = happened.GetValueOrDefault(what) + times;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", happened.Select(static one => $"{one.Key}: {one.Value}")));
        Assert.Superset(
            new HashSet<string> { "None to Learner", "Learner to Voter", "Voter to Learner", "Voter to None", "Learner to None", "a leader removed itself", "a change of members gave way", "a state was fetched" },
            happened.Keys.ToHashSet());
    }

    [Fact]
    public void What_is_rare_happens()
    {
        var happened = new Dictionary<string, int>();
        for (var seed = 0; seed < 200; seed++)
        {
            var run = new RandomRun(seed, 3, with: Chances.ProfileOf(seed));
            run.Go(Steps);
            foreach (var (what, times) in run.Group.Happened)
            {
                happened[what] = happened.GetValueOrDefault(what) + times;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", happened.Select(static one => $"{one.Key}: {one.Value}")));
        Assert.Equal(
            [
                "Snapshot arrived", "TimeoutNow arrived", "a later state than was offered", "a member counts again", "a read was confirmed", "a read was refused",
                "a state could not be fetched", "a state was fetched", "entries on a disk gave way",
            ],
            happened.Keys.Order(StringComparer.Ordinal));
    }
}
