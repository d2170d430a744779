using Coterie.WebConsole.Lab;

namespace Coterie.WebConsole.Tests.Lab;

public sealed class LabSentenceTests
{
    private static readonly LabFaultReport Killed = new("node2", "killed", true, 9, null, 21, 240);

    [Fact]
    public void While_the_leader_is_gone_it_says_who_waits_and_then_how_long_that_was()
    {
        Assert.Equal(
            "node2 led and was killed. Leader-based writes wait until another is elected. Leaderless writes go on.",
            Labs.With(LabPhase.Writing, LabNodeState.Dead, 0, Killed, 500).Sentence);
        Assert.Equal(
            "node2 led and was killed. node3 leads. Leader-based writes waited 240 ms, leaderless writes 21 ms.",
            Labs.With(LabPhase.Writing, LabNodeState.Dead, 3, Killed).Sentence);
        Assert.Equal("node2 comes back and catches up.", Labs.With(LabPhase.Writing, LabNodeState.Starting, 3, Killed).Sentence);
        Assert.Equal("node2 is back. node3 leads. Both keyspaces take every write.", Labs.With(LabPhase.Writing, LabNodeState.Up, 3, Killed with { To = 9.9 }).Sentence);
    }

    [Fact]
    public void Of_several_groups_only_those_that_it_led_have_waited()
    {
        var lab = Labs.With(LabPhase.Writing, LabNodeState.Dead, 3, Killed);
        lab = lab with { Nodes = [.. lab.Nodes.Select(static node => node with { Leads = node.Name == "node3" ? 2 : 0, Groups = 5 })] };
        Assert.Equal(
            "node2 led and was killed. node3 leads 2 of 5 groups. Leader-based writes of the groups that it led waited for another. The longest time without any was 240 ms, without a leaderless one 21 ms.",
            LabSentence.Of(lab));
    }

    [Fact]
    public void A_node_that_led_nothing_makes_nobody_wait() => Assert.Equal(
        "node2 was paused. It led nothing: nobody has to be elected. Both keyspaces go on.",
        Labs.With(LabPhase.Writing, LabNodeState.Paused, 1, Killed with { Led = false, What = "paused" }).Sentence);

    [Fact]
    public void Without_a_majority_it_says_so()
    {
        var lab = Labs.With(LabPhase.Writing, LabNodeState.Dead, 0, Killed);
        lab = lab with { Nodes = [lab.Nodes[0] with { State = LabNodeState.Alone }, lab.Nodes[1], lab.Nodes[2] with { State = LabNodeState.Paused }] };
        Assert.Equal("node2 is dead. node3 is paused. The rest is no majority: neither keyspace takes a write until one comes back.", LabSentence.Of(lab));
    }

    [Fact]
    public void In_the_end_it_says_what_was_found()
    {
        var lab = Labs.Calm(LabPhase.Done);
        var right = new LabFinding(0, 0, 0);
        lab = lab with { Leaderless = lab.Leaderless with { Finding = right }, LeaderBased = lab.LeaderBased with { Finding = right } };
        Assert.Equal("All 1,000 writes that were acknowledged are there.", LabSentence.Of(lab));
        lab = lab with { LeaderBased = lab.LeaderBased with { Finding = new LabFinding(2, 1, 0) } };
        Assert.Equal("Of 1,000 writes that were acknowledged 2 are lost, 1 could not be read, and 0 are there that must not be.", LabSentence.Of(lab));
    }
}
