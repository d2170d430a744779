using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Consensus.Paxos;

/// <summary>
/// The proposer of single-decree Paxos (Lamport, "Paxos Made Simple", 2001, §2.2): tries to have a value chosen, and finds out what was.
/// A pure core: replies and missing replies in, what to send out. Acceptors are numbered from 0.
/// </summary>
/// <remarks>
/// What makes it safe: in phase 1 a quorum promises and says what it has accepted; if any of them accepted something, the value of
/// the highest ballot among them <em>must</em> be proposed instead of one's own, for it may have been chosen already. Any two
/// quorums meet, so a chosen value is always seen. Losing a reply, or having one twice, late or out of order, costs time only:
/// replies to other ballots and phases are ignored, and each acceptor counts once.
/// </remarks>
public sealed class Proposer
{
    private readonly NodeId _self;
    private readonly ReadOnlyMemory<byte> _own;
    private readonly Answer[] _answers;
    private readonly int _quorum;
    private Phase _phase;
    private Ballot _highestAccepted;
    private long _highestRound;

    /// <param name="quorum">How many acceptors must agree. Any two such sets must meet: a majority.</param>
    /// <param name="value">What this proposer would like to be chosen.</param>
    /// <param name="aboveRound">Begin above this round: one that is known to have been tried.</param>
    public Proposer(NodeId self, int acceptors, int quorum, ReadOnlyMemory<byte> value, long aboveRound)
    {
        _self = self;
        _own = value;
        _answers = new Answer[acceptors];
        _quorum = quorum;
        _highestRound = aboveRound;
    }

    private enum Phase : byte
    {
        Idle,
        Preparing,
        Accepting,
        Decided,
    }

    private enum Answer : byte
    {
        Awaited,
        Yes,
        No,
    }

    /// <summary>The current attempt.</summary>
    public Ballot Ballot { get; private set; }

    /// <summary>What phase 2 proposes, and in the end what was decided.</summary>
    public ReadOnlyMemory<byte> Value { get; private set; }

    /// <summary>The highest round seen anywhere: the next attempt will be above it.</summary>
    public long HighestRound => _highestRound;

    /// <summary>A new attempt, above all that were seen.</summary>
    public ProposerOutput Begin()
    {
        Check.That(_phase != Phase.Decided);
        _highestRound++;
        Ballot = new Ballot(_highestRound, _self);
        Value = _own;
        _highestAccepted = Ballot.None;
        _phase = Phase.Preparing;
        Array.Clear(_answers);
        return ProposerOutput.SendPrepare;
    }

    public ProposerOutput OnPrepareReply(int acceptor, in PrepareReply reply)
    {
        Observe(reply.Promised);
        if (_phase != Phase.Preparing || reply.Ballot != Ballot)
        {
            return ProposerOutput.None;
        }

        if (!reply.Granted)
        {
            return OnNoAnswer(acceptor);
        }

        if (_answers[acceptor] == Answer.Yes)
        {
            return ProposerOutput.None;
        }

        _answers[acceptor] = Answer.Yes;
        if (reply.Accepted > _highestAccepted)
        {
            _highestAccepted = reply.Accepted;
            Value = reply.Value;
        }

        if (Count(Answer.Yes) < _quorum)
        {
            return ProposerOutput.None;
        }

        _phase = Phase.Accepting;
        Array.Clear(_answers);
        return ProposerOutput.SendAccept;
    }

    public ProposerOutput OnAcceptReply(int acceptor, in AcceptReply reply)
    {
        Observe(reply.Promised);
        if (_phase != Phase.Accepting || reply.Ballot != Ballot)
        {
            return ProposerOutput.None;
        }

        if (!reply.Granted)
        {
            return OnNoAnswer(acceptor);
        }

        _answers[acceptor] = Answer.Yes;
        if (Count(Answer.Yes) < _quorum)
        {
            return ProposerOutput.None;
        }

        _phase = Phase.Decided;
        return ProposerOutput.Decided;
    }

    /// <summary>
    /// No answer will come from this acceptor to what was sent last: lost, too late, refused, or it could not. If one comes after all
    /// (a prepare that arrived twice is granted and then refused, and the two replies may change places) it still counts.
    /// </summary>
    public ProposerOutput OnNoAnswer(int acceptor)
    {
        if (_phase is not (Phase.Preparing or Phase.Accepting) || _answers[acceptor] != Answer.Awaited)
        {
            return ProposerOutput.None;
        }

        _answers[acceptor] = Answer.No;
        if (_answers.Length - Count(Answer.No) >= _quorum)
        {
            return ProposerOutput.None;
        }

        _phase = Phase.Idle;
        return ProposerOutput.Failed;
    }

    private void Observe(Ballot ballot) => _highestRound = Math.Max(_highestRound, ballot.Round);

    private int Count(Answer answer)
    {
        var count = 0;
        foreach (var given in _answers)
        {
            count += given == answer ? 1 : 0;
        }

        return count;
    }
}
