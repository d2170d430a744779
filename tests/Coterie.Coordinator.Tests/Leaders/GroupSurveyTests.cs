using Coterie.Coordinator.Leaders;
using Coterie.Model.Groups;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Tests.Leaders;

public sealed class GroupSurveyTests
{
    private static readonly NodeId First = TestReplicas.Node(0);
    private static readonly NodeId Second = TestReplicas.Node(1);
    private static readonly NodeId Third = TestReplicas.Node(2);

    [Fact]
    public void Who_answered_is_behind_by_what_was_committed_after_less_what_it_had_applied_before()
    {
        var told = Told(Progress(leader: First, committed: 100, applied: 90), Progress(leader: First, committed: 120, applied: 119));

        Assert.Equal([(First, true, 30L), (Second, false, null), (Third, false, 30L)], told);
    }

    [Fact]
    public void Nobody_is_ahead() =>
        Assert.Equal(0, Told(Progress(leader: First, committed: 100, applied: 100), Progress(leader: First, committed: 99, applied: 99))[2].Behind);

    [Fact]
    public void Of_two_who_believe_to_lead_the_later_one_does()
    {
        var after = Progress(leader: First, committed: 120, applied: 120);
        after[Second] = new GroupProgress(6, Leads: true, 150, 150);

        Assert.Equal([(First, false, 50L), (Second, true, null), (Third, false, 50L)], Told(Progress(leader: First, committed: 100, applied: 100), after));
    }

    [Fact]
    public void Without_a_leader_or_of_one_who_said_nothing_it_is_not_known()
    {
        var before = Progress(leader: First, committed: 100, applied: 100);
        Assert.All(Told(before, Progress(leader: null, committed: 100, applied: 100)), static entry => Assert.Equal((false, (long?)null), (entry.Leads, entry.Behind)));

        before.Remove(Third);
        Assert.Null(Told(before, Progress(leader: First, committed: 100, applied: 100))[2].Behind);
    }

    private static Dictionary<NodeId, GroupProgress> Progress(NodeId? leader, long committed, long applied) =>
        ((NodeId[])[First, Second, Third]).ToDictionary(static node => node, node => new GroupProgress(5, node == leader, committed, applied));

    private static List<(NodeId Node, bool Leads, long? Behind)> Told(Dictionary<NodeId, GroupProgress> before, Dictionary<NodeId, GroupProgress> after)
    {
        var vote = new Vote
        {
            Required = 1,
            Replicas = [.. ((NodeId[])[First, Second, Third]).Select(static node => new VoteEntry(node, node != Second, Vote.DataRole, null, null, false, false))],
        };
        var told = GroupSurvey.Told(vote, before, after);
        Assert.True(told.IsOfGroup);
        return [.. told.Replicas.Select(static entry => (entry.Node, entry.Leads, entry.Behind))];
    }
}
