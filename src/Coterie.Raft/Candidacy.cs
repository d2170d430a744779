namespace Coterie.Raft;

/// <summary>One question for votes and the answers to it (Raft §5.2): would you vote for me, which binds nobody (thesis §9.6), or do.</summary>
/// <param name="term">That it would lead in.</param>
internal sealed class Candidacy(int self, long term, bool isPreVote, RaftLog log, Outbox outbox)
{
    private readonly VoteTally _tally = new(log.Membership, self);

    public bool IsWon => _tally.IsWon;

    public bool IsLost => _tally.IsLost;

    /// <param name="isTransfer">In the name of the leader, who hands over.</param>
    public void Ask(bool isTransfer)
    {
        foreach (var member in log.Membership.Voters)
        {
            if (member != self)
            {
                // A candidate's term and its own vote are durable before it asks.
                (isPreVote ? outbox.AtOnce : outbox.AfterWrite).Add(outbox.Message(isPreVote ? RaftMessageKind.PreVote : RaftMessageKind.Vote, member) with
                {
                    Term = term,
                    Position = log.Last,
                    IsTransfer = isTransfer,
                });
            }
        }
    }

    /// <summary>False: an answer to another question.</summary>
    public bool TryCount(RaftMessage reply)
    {
        var isAwaited = isPreVote
            ? reply.Kind == RaftMessageKind.PreVoteReply && (reply.IsRejected || reply.Term == term)
            : reply.Kind == RaftMessageKind.VoteReply;
        if (isAwaited)
        {
            _tally.Count(reply.From, !reply.IsRejected);
        }

        return isAwaited;
    }
}
