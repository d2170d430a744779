namespace Coterie.Raft.Tests;

/// <summary>A member whose disk was lost.</summary>
public sealed class PassiveMemberTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void It_does_not_vote_where_it_may_have_voted_before(bool spends, bool isRefused)
    {
        var core = Member(RaftRules.All with { SpendsForgottenVotes = spends });
        core.EndPassive(highestTerm: 3);
        Assert.Equal(3, core.Term);
        Assert.Equal(isRefused, AnswerTo(core, term: 3).IsRejected);
        Assert.False(AnswerTo(core, term: 4).IsRejected);
    }

    [Fact]
    public void Until_then_it_votes_for_nobody_and_campaigns_for_itself_neither()
    {
        var core = Member(RaftRules.All);
        Assert.True(AnswerTo(core, term: 5) is { IsRejected: true, IsPassive: true });
        for (var i = 0; i < 100; i++)
        {
            core.Tick();
        }

        Assert.Equal((RaftRole.Follower, 5), (core.Role, core.Term));
    }

    private static RaftCore Member(RaftRules rules) =>
        new(2, HardState.Initial, new RaftLog(default, Membership.Of(3), []), new RaftOptions(), new Random(1)) { Rules = rules, IsPassive = true };

    private static RaftMessage AnswerTo(RaftCore core, long term)
    {
        core.Step(new RaftMessage { Kind = RaftMessageKind.Vote, From = 1, To = 2, Term = term });
        var output = new RaftOutput();
        Assert.True(core.TryTake(output));
        if (output.Write is not null)
        {
            core.Written();
        }

        return Assert.Single(output.Send.Concat(output.SendAfterWrite));
    }
}
