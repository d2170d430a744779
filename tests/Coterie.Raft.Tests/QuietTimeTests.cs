using Coterie.Raft.Tests.Harness;

namespace Coterie.Raft.Tests;

/// <summary>How soon a group is itself again, in ticks.</summary>
public sealed class QuietTimeTests
{
    private const int Seeds = 200;

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void When_the_connection_to_the_leader_breaks_another_leads_within_a_few_ticks(int members)
    {
        var worst = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (group, quiet) = Begin(members, seed);
            var leader = group.Leader!;
            group.Crash(leader, isWriteDurable: false);
            foreach (var member in group.Members.Where(static member => member.IsRunning))
            {
                member.Core!.Suspect(leader.Id);
            }

            worst = Math.Max(worst, quiet.TicksUntil(() => group.Leader is { Core.KnowsCommitted: true }));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{members} members: {worst} ticks at worst");
        Assert.InRange(worst, 1, new RaftOptions().SuspicionTicks + 3);
    }

    [Fact]
    public void A_leader_that_hands_over_is_succeeded_by_its_target_without_a_tick()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (group, quiet) = Begin(3 + (seed % 2 * 2), seed);
            var leader = group.Leader!;
            var target = (leader.Id + 1) % group.Members.Length;
            group.Propose(leader, new byte[] { 1 });
            group.HandOver(target);
            quiet.Settle();
            Assert.Equal(target, group.Leader!.Id);
            Assert.Equal(RaftRole.Follower, leader.Core!.Role);
        }
    }

    [Fact]
    public void A_member_that_was_cut_off_does_not_unseat_a_leader_that_the_others_hear()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (group, quiet) = Begin(3, seed);
            var leader = group.Leader!;
            var term = leader.Core!.Term;
            var away = (leader.Id + 1) % 3;
            foreach (var other in group.Members.Where(other => other.Id != away))
            {
                group.Cut(other.Id, away, isCut: true);
                group.Cut(away, other.Id, isCut: true);
            }

            Ticks(group, quiet, 60 + (seed % 7));
            group.Heal();
            Ticks(group, quiet, 40);
            Assert.Equal((RaftRole.Leader, term), (leader.Core.Role, leader.Core.Term));
            Assert.Equal(leader.Id, group.Members[away].Core!.Leader);
        }
    }

    private static (SimulatedGroup Group, QuietTime Quiet) Begin(int members, int seed)
    {
        var group = new SimulatedGroup(members, new RaftOptions(), RaftRules.All, HarnessRules.All, new Random(seed));
        var quiet = new QuietTime(group);
        var ticks = quiet.TicksUntil(() => group.Leader is { Core.KnowsCommitted: true });
        Assert.InRange(ticks, 1, 4 * group.Options.ElectionTicks);
        return (group, quiet);
    }

    private static void Ticks(SimulatedGroup group, QuietTime quiet, int ticks)
    {
        var passed = -1;
        quiet.TicksUntil(() => ++passed >= ticks);
        Assert.Equal(ticks, passed);
        Assert.NotNull(group.Leader);
    }
}
