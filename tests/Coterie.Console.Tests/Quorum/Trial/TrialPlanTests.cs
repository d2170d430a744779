using Coterie.Model.Quorum;
using Coterie.WebConsole.Quorum.Trial;

namespace Coterie.WebConsole.Tests.Quorum.Trial;

public sealed class TrialPlanTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    [Fact]
    public void One_data_centre_is_whichever_the_cluster_has()
    {
        var plan = Plan(Trials.Question("2", "1", "QUORUM"), Trials.Nodes("east", "east", "east"))!;

        Assert.Equal("CREATE KEYSPACE coterie_trial_1700000000000 WITH replication = {'class': 'NetworkTopologyStrategy', 'east': 2}", plan.Definitions[0]);
        Assert.Equal(3, plan.Writers.Count);
        Assert.Equal((new TrialSide(ConsistencyLevel.Quorum, 0), new TrialSide(ConsistencyLevel.Quorum, 1)), (plan.Write, plan.Read));
        Assert.Equal("DROP KEYSPACE IF EXISTS coterie_trial_1700000000000", plan.Removal);
    }

    [Fact]
    public void Reads_and_writes_are_coordinated_where_they_are_asked_from()
    {
        var plan = Plan(Trials.Question("1,2", "LOCAL_QUORUM", "LOCAL_ONE", "dc2"), Trials.Nodes("dc1", "dc2", "dc2"))!;

        Assert.Equal("node1", Assert.Single(plan.Writers).Name);
        Assert.Equal(["node2", "node3"], plan.Readers.Select(static node => node.Name));
        Assert.Contains("'dc1': 1, 'dc2': 2", plan.Definitions[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4", 100, "N is 4 in east, which has 3 nodes: each copy takes a node of its own, so it cannot be tried here with more than 3.")]
    [InlineData("3,3", 100, "The setting has copies in a data centre dc1, and this cluster has east (3 nodes): it cannot be tried here.")]
    [InlineData("3", -1, "There may be from 0 to 5,000 trials, not -1.")]
    [InlineData("3", 5_001, "There may be from 0 to 5,000 trials, not 5001.")]
    public void What_cannot_be_tried_says_why(string replicas, int trials, string why)
    {
        Assert.Null(TrialPlan.Make(Trials.Question(replicas), Trials.Nodes("east", "east", "east"), trials, Now, out var problem));
        Assert.Equal(why, problem);
    }

    [Fact]
    public void Of_several_data_centres_the_one_that_was_named_is_meant()
    {
        Assert.Null(TrialPlan.Make(Trials.Question("1"), Trials.Nodes("east", "west"), 1, Now, out var problem));
        Assert.Contains("in a data centre dc1, and this cluster has east (1 node), west (1 node)", problem, StringComparison.Ordinal);
        Assert.Single(Plan(Trials.Question("west:1"), Trials.Nodes("east", "west"))!.Writers);
    }

    [Fact]
    public void Without_a_node_that_is_up_nobody_coordinates()
    {
        Assert.Null(TrialPlan.Make(Trials.Question(), [.. Trials.Nodes("dc1", "dc1", "dc1").Select(static node => node with { Up = false })], 1, Now, out var problem));
        Assert.Equal("No node is up in dc1: nobody could coordinate.", problem);
    }

    [Fact]
    public void Waits_begin_at_nothing_fill_the_range_and_are_denser_where_more_happens()
    {
        var waits = Enumerable.Range(0, 3_000).Select(static trial => TrialPlan.WaitOf(trial, 40)).ToList();

        Assert.InRange(waits.Min(), 0, 0);
        Assert.InRange(waits.Max(), 38, 40);
        Assert.InRange(waits.Count(static wait => wait == 0), 1_000, 1_001);
        Assert.True(waits.Count(static wait => wait is > 0 and < 10) > 3 * waits.Count(static wait => wait is >= 20 and < 30));
        Assert.InRange(Enumerable.Range(0, 3_000).Max(static trial => TrialPlan.WaitOf(trial, 1e9)), 0, TrialLimits.WaitMillisecondsMax);
    }

    [Theory]
    [InlineData("coterie_trial_1699999000000", true)]
    [InlineData("coterie_trial_1699999990000", false)]
    [InlineData("coterie_trial_", false)]
    [InlineData("coterie_trial_mine", false)]
    [InlineData("shop", false)]
    public void Only_what_an_old_trial_left_is_removed(string keyspace, bool leftover) => Assert.Equal(leftover, TrialPlan.IsLeftover(keyspace, Now));

    [Fact]
    public void A_lost_node_is_not_asked_again_and_a_read_goes_elsewhere_while_there_is_elsewhere()
    {
        var nodes = Trials.Nodes("dc1", "dc1", "dc1");
        var roster = new TrialRoster(nodes, nodes);
        var picked = Enumerable.Range(0, 9).Select(trial => roster.Pick(trial)!.Value).ToList();
        Assert.All(picked, static one => Assert.NotEqual(one.Writer, one.Reader));
        Assert.Equal(6, picked.Distinct().Count());

        roster.Lose(nodes[1], "the server closed the connection.");
        Assert.All(Enumerable.Range(0, 9), trial => Assert.DoesNotContain(nodes[1], Pair(roster.Pick(trial)!.Value)));
        Assert.Equal((true, "node2 was lost (the server closed the connection). It is not asked any more."), (roster.ReadsElsewhere, roster.Problem));

        roster.Lose(nodes[0], "x");
        Assert.Equal((nodes[2], nodes[2]), roster.Pick(5));
        Assert.False(roster.ReadsElsewhere);
        roster.Lose(nodes[2], "x");
        Assert.Null(roster.Pick(6));
    }

    private static TrialNode[] Pair((TrialNode Writer, TrialNode Reader) nodes) => [nodes.Writer, nodes.Reader];

    private static TrialPlan? Plan(QuorumQuestion question, IReadOnlyList<TrialNode> nodes) => TrialPlan.Make(question, nodes, 100, Now, out _);
}
