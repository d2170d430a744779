using Coterie.Cluster.Consensus.Paxos;
using Coterie.Cluster.Tests.Ring;

namespace Coterie.Cluster.Tests.Paxos;

public sealed class ProposerTests
{
    private static readonly byte[] Own = [1];

    [Fact]
    public void Without_rivals_it_prepares_accepts_and_decides_at_a_majority()
    {
        var proposer = New();
        Assert.Equal(ProposerOutput.SendPrepare, proposer.Begin());
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(0, Promise(proposer)));
        Assert.Equal(ProposerOutput.SendAccept, proposer.OnPrepareReply(2, Promise(proposer)));
        Assert.Equal(ProposerOutput.None, proposer.OnAcceptReply(1, Accepted(proposer)));
        Assert.Equal(ProposerOutput.Decided, proposer.OnAcceptReply(2, Accepted(proposer)));
        Assert.Equal(Own, proposer.Value.ToArray());
    }

    [Fact]
    public void It_must_propose_the_value_of_the_highest_ballot_that_was_accepted()
    {
        var proposer = New();
        proposer.Begin();
        proposer.OnPrepareReply(0, Promise(proposer) with { Accepted = new Ballot(3, TestNodes.Id(8)), Value = new byte[] { 33 } });
        proposer.OnPrepareReply(1, Promise(proposer) with { Accepted = new Ballot(2, TestNodes.Id(9)), Value = new byte[] { 22 } });

        Assert.Equal([33], proposer.Value.ToArray());
    }

    [Fact]
    public void An_acceptor_that_answers_twice_counts_once()
    {
        var proposer = New();
        proposer.Begin();
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(0, Promise(proposer)));
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(0, Promise(proposer)));
        proposer.OnPrepareReply(1, Promise(proposer));
        Assert.Equal(ProposerOutput.None, proposer.OnAcceptReply(0, Accepted(proposer)));
        Assert.Equal(ProposerOutput.None, proposer.OnAcceptReply(0, Accepted(proposer)));
    }

    [Fact]
    public void Replies_to_an_earlier_ballot_or_phase_are_ignored()
    {
        var proposer = New();
        proposer.Begin();
        var old = Promise(proposer);
        proposer.OnNoAnswer(0);
        Assert.Equal(ProposerOutput.Failed, proposer.OnNoAnswer(1));
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(0, old));

        proposer.Begin();
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(0, old));
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(1, old));
        Assert.Equal(ProposerOutput.None, proposer.OnAcceptReply(0, Accepted(proposer)));
        Assert.Equal(ProposerOutput.None, proposer.OnAcceptReply(1, Accepted(proposer)));
    }

    [Fact]
    public void It_fails_as_soon_as_a_majority_cannot_be_had_and_goes_above_what_it_has_seen()
    {
        var proposer = New();
        proposer.Begin();
        var rival = new Ballot(41, TestNodes.Id(9));
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(0, Refusal(proposer, rival)));
        Assert.Equal(ProposerOutput.None, proposer.OnPrepareReply(1, Promise(proposer)));
        Assert.Equal(ProposerOutput.Failed, proposer.OnNoAnswer(2));

        proposer.Begin();
        Assert.Equal(42, proposer.Ballot.Round);
    }

    [Fact]
    public void A_grant_that_comes_after_the_refusal_of_its_double_still_counts()
    {
        var proposer = New();
        proposer.Begin();
        proposer.OnPrepareReply(0, Refusal(proposer, proposer.Ballot));
        proposer.OnPrepareReply(1, Promise(proposer));
        Assert.Equal(ProposerOutput.SendAccept, proposer.OnPrepareReply(0, Promise(proposer)));
    }

    [Fact]
    public void A_new_attempt_starts_from_its_own_value_again()
    {
        var proposer = New();
        proposer.Begin();
        proposer.OnPrepareReply(0, Promise(proposer) with { Accepted = new Ballot(1, TestNodes.Id(8)), Value = new byte[] { 9 } });
        proposer.OnNoAnswer(1);
        proposer.OnNoAnswer(2);
        proposer.Begin();
        proposer.OnPrepareReply(1, Promise(proposer));
        proposer.OnPrepareReply(2, Promise(proposer));

        Assert.Equal(Own, proposer.Value.ToArray());
    }

    private static Proposer New() => new(TestNodes.Id(5), 3, 2, Own, 0);

    private static PrepareReply Promise(Proposer proposer) => new(proposer.Ballot, true, proposer.Ballot, Ballot.None, default);

    private static PrepareReply Refusal(Proposer proposer, Ballot promised) => new(proposer.Ballot, false, promised, Ballot.None, default);

    private static AcceptReply Accepted(Proposer proposer) => new(proposer.Ballot, true, proposer.Ballot);
}
