using Coterie.Cluster.Consensus.Paxos;
using Coterie.Cluster.Tests.Ring;
using Coterie.Model;

namespace Coterie.Cluster.Tests.Paxos;

public sealed class AcceptorTests
{
    private static readonly Ballot Low = new(1, TestNodes.Id(1));
    private static readonly Ballot Middle = new(1, TestNodes.Id(2));
    private static readonly Ballot High = new(2, TestNodes.Id(1));

    [Fact]
    public void Ballots_are_ordered_by_round_and_then_by_proposer()
    {
        Assert.True(Ballot.None < Low && Low < Middle && Middle < High);
    }

    [Fact]
    public void A_promise_is_given_once_and_only_upwards()
    {
        var (state, reply) = Acceptor.Prepare(AcceptorState.Initial, Middle);
        Assert.True(reply.Granted);
        Assert.Equal(Middle, state.Promised);

        Assert.False(Acceptor.Prepare(state, Middle).Reply.Granted);
        var (unchanged, refusal) = Acceptor.Prepare(state, Low);
        Assert.Equal(new PrepareReply(Low, false, Middle, Ballot.None, default), refusal);
        Assert.Equal(state, unchanged);
        Assert.True(Acceptor.Prepare(state, High).Reply.Granted);
    }

    [Fact]
    public void What_was_accepted_is_told_with_the_next_promise()
    {
        var (state, _) = Acceptor.Accept(AcceptorState.Initial, Low, new byte[] { 7 });
        var (_, reply) = Acceptor.Prepare(state, High);

        Assert.Equal(Low, reply.Accepted);
        Assert.Equal([7], reply.Value.ToArray());
    }

    [Fact]
    public void Nothing_below_the_promise_is_accepted()
    {
        var (state, _) = Acceptor.Prepare(AcceptorState.Initial, Middle);

        var (unchanged, refusal) = Acceptor.Accept(state, Low, new byte[] { 7 });
        Assert.Equal(new AcceptReply(Low, false, Middle), refusal);
        Assert.Equal(state, unchanged);
        Assert.True(Acceptor.Accept(state, Middle, new byte[] { 7 }).Reply.Granted);
        Assert.Equal(High, Acceptor.Accept(state, High, new byte[] { 7 }).State.Promised);
    }

    [Fact]
    public void The_state_is_read_back_as_it_was_written_and_nothing_else_is()
    {
        var state = new AcceptorState(High, Low, new byte[] { 1, 2, 3 });
        var bytes = state.Encode();
        var read = AcceptorState.Decode(bytes);
        Assert.Equal((state.Promised, state.Accepted), (read.Promised, read.Accepted));
        Assert.Equal([1, 2, 3], read.Value.ToArray());

        Assert.Throws<MalformedDataException>(() => AcceptorState.Decode(new AcceptorState(Low, High, default).Encode()));
        Assert.Throws<MalformedDataException>(() => AcceptorState.Decode([.. bytes, 0]));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => AcceptorState.Decode(bytes.AsSpan(0, length)));
        }
    }
}
