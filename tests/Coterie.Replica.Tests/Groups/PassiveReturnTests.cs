using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Replica.Groups.Restore;

namespace Coterie.Replica.Tests.Groups;

/// <summary>What a member that has lost its disk asks before it counts again, and what it makes of the answers.</summary>
public sealed class PassiveReturnTests
{
    private static readonly TermReply Silent = new(-9, 0);
    private readonly TestGroup _group = new(3);
    private readonly Dictionary<NodeId, TermReply> _answers = [];
    private readonly List<NodeId> _asked = [];

    private NodeId Second => _group[1].Self;

    private NodeId Third => _group[2].Self;

    [Fact]
    public async Task All_others_are_asked_each_until_it_has_answered()
    {
        (_answers[Second], _answers[Third]) = (new TermReply(4, TermReply.NotLeading), Silent);
        var back = Return();
        await AskAsync(back);
        Assert.False(back.HasAskedAll);
        Assert.Equal([Second, Third], Asked());
        _answers[Third] = new TermReply(7, TermReply.NotLeading);
        await AskAsync(back);
        Assert.Equal([Third], Asked());
        Assert.True(back.HasAskedAll);
        Assert.Equal(7, back.HighestTerm);
        Assert.False(back.NothingEver);
        Assert.Null(back.Committed);
    }

    [Fact]
    public async Task Where_nobody_has_ever_led_there_is_nothing_to_forget()
    {
        (_answers[Second], _answers[Third]) = (new TermReply(0, TermReply.NotLeading), new TermReply(0, TermReply.NotLeading));
        var back = Return();
        Assert.False(back.NothingEver);
        await AskAsync(back);
        Assert.True(back.NothingEver);
    }

    [Fact]
    public async Task The_leader_is_asked_what_is_committed_only_after_all_have_told_their_terms()
    {
        (_answers[Second], _answers[Third]) = (new TermReply(4, 90), Silent);
        var back = Return();
        await AskAsync(back, leader: Second);
        await AskAsync(back, leader: Second);
        Assert.Null(back.Committed);
        _answers[Third] = new TermReply(4, TermReply.NotLeading);
        await AskAsync(back, leader: Second);
        Assert.Null(back.Committed);
        Asked();
        await AskAsync(back, leader: Second);
        Assert.Equal([Second], Asked());
        Assert.Equal(90, back.Committed);
    }

    [Fact]
    public async Task A_leader_of_an_earlier_term_than_one_has_told_is_none()
    {
        (_answers[Second], _answers[Third]) = (new TermReply(4, 90), new TermReply(5, TermReply.NotLeading));
        var back = Return();
        await AskAsync(back, leader: Second);
        await AskAsync(back, leader: Second);
        Assert.Null(back.Committed);
        _answers[Second] = new TermReply(6, 95);
        await AskAsync(back, leader: Second);
        Assert.Equal((95L, 6L), (back.Committed, back.HighestTerm));
    }

    [Fact]
    public async Task Who_does_not_lead_and_who_answers_nonsense_says_nothing()
    {
        (_answers[Second], _answers[Third]) = (new TermReply(4, TermReply.NotLeading), new TermReply(-1, 0));
        var back = Return();
        await AskAsync(back);
        Assert.False(back.HasAskedAll);
        _answers[Third] = new TermReply(4, TermReply.NotLeading);
        await AskAsync(back);
        await AskAsync(back, leader: Second);
        await AskAsync(back, leader: _group[0].Self);
        Assert.Null(back.Committed);
    }

    private List<NodeId> Asked()
    {
        var asked = _asked.ToList();
        _asked.Clear();
        return asked;
    }

    private static Task AskAsync(PassiveReturn back, NodeId? leader = null) => back.AskAsync(leader, TestContext.Current.CancellationToken);

    private PassiveReturn Return() => new(_group[0].Parts(new ScriptedMessenger(Answer)), _group.Group);

    private (ReplyStatus Status, byte[] Body) Answer(NodeId node, Verb verb, byte[] body)
    {
        Assert.Equal((Verb.GroupTerm, sizeof(ulong)), (verb, body.Length));
        _asked.Add(node);
        return _answers[node] == Silent ? (ReplyStatus.Unreachable, []) : (ReplyStatus.Ok, _answers[node].ToBytes());
    }
}
