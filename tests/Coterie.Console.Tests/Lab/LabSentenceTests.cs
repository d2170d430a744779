using Coterie.WebConsole.Lab;

namespace Coterie.WebConsole.Tests.Lab;

public sealed class LabSentenceTests
{
    private const int PerBar = 20;

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
    public void With_more_nodes_than_replicas_it_says_what_was_measured_and_concludes_nothing_from_their_number()
    {
        // Three of five are away, and rows with two of their replicas go on.
        Assert.Equal(
            "node1 is dead. node2 is dead. node3 is dead. Rows of which two replicas are away cannot be written: lately about half of the leaderless and about three quarters of the leader-based writes were not acknowledged.",
            LabSentence.Of(OfFive(3, 0.45, 0.7)));
        Assert.Equal(
            "node1 is dead. node2 is dead. Rows of which two replicas are away cannot be written: lately none of the leaderless and a few of the leader-based writes were not acknowledged.",
            LabSentence.Of(OfFive(2, 0, 0.1)));
        Assert.Equal("node1 is dead. node2 is dead. node3 is dead. Both keyspaces go on.", LabSentence.Of(OfFive(3, 0, 0)));
    }

    [Fact]
    public void With_more_nodes_than_replicas_only_a_measured_gap_makes_both_keyspaces_wait()
    {
        Assert.Equal("node1 is dead. node2 is dead. node3 is dead. Nothing is acknowledged any more.", LabSentence.Of(OfFive(3, 0.9, 0.9, leaderlessMs: 2_000, leaderBasedMs: 2_000)));
        Assert.EndsWith(
            "lately about half of the leaderless and nearly all of the leader-based writes were not acknowledged. Leader-based writes wait.",
            LabSentence.Of(OfFive(3, 0.5, 0.9, leaderBasedMs: 2_000)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void With_more_nodes_than_replicas_one_that_is_away_is_told_like_ever_until_writes_go_on_failing()
    {
        Assert.StartsWith("node1 was cut off. It led nothing: ", LabSentence.Of(OfFive(1, 0.2, 0.2, fault: 95)), StringComparison.Ordinal);
        Assert.StartsWith("node1 was cut off. It led nothing: ", LabSentence.Of(OfFive(1, 0, 0)), StringComparison.Ordinal);
        Assert.Equal("node1 is dead. Lately about a quarter of the leaderless and about a quarter of the leader-based writes were not acknowledged.", LabSentence.Of(OfFive(1, 0.2, 0.2)));
    }

    [Fact]
    public void What_waits_for_an_answer_is_not_acknowledged_and_of_a_moment_nothing_is_said()
    {
        var lab = OfFive(2, 0, 0);
        Assert.Contains("lately about a quarter of the leaderless and none of", LabSentence.Of(lab with { Leaderless = lab.Leaderless with { Waiting = 500 } }), StringComparison.Ordinal);
        Assert.Equal("node1 is dead. node2 is dead.", LabSentence.Of(OfFive(2, 0, 0, fault: 100)));
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

    /// <summary>A hundred seconds after the start of writes to five nodes.</summary>
    /// <param name="away">How many of them are dead.</param>
    /// <param name="leaderless">The part of the writes that failed in all of the last minute.</param>
    /// <param name="fault">When the last of them went.</param>
    private static LabSnapshot OfFive(int away, double leaderless, double leaderBased, double leaderlessMs = 5, double leaderBasedMs = 5, double fault = 80)
    {
        var nodes = Enumerable.Range(1, 5).Select(i => new LabNodeReport($"node{i}", $"127.0.0.{i}:9042", i <= away ? LabNodeState.Dead : away > 2 ? LabNodeState.Alone : LabNodeState.Up, 0, 5));
        return Labs.Calm() with
        {
            Seconds = 100,
            Nodes = [.. nodes],
            Leaderless = Stream(leaderless, leaderlessMs),
            LeaderBased = Stream(leaderBased, leaderBasedMs),
            Faults = [new LabFaultReport("node1", "cut off", false, fault, null, 161, 161)],
        };
    }

    private static LabStreamReport Stream(double failed, double gapMs)
    {
        var red = (int)Math.Round(failed * PerBar);
        return new LabStreamReport(500, 0, 0, 1, gapMs, gapMs, 401, [.. Enumerable.Repeat(PerBar - red, 600)], [.. Enumerable.Repeat(red, 600)], [], null);
    }
}
