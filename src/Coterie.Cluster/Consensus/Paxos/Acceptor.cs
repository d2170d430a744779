namespace Coterie.Cluster.Consensus.Paxos;

/// <summary>
/// The acceptor of single-decree Paxos (Lamport, "Paxos Made Simple", 2001, §2.2), as two pure functions: state and request in, state
/// and reply out. Whoever calls makes the new state durable before the reply leaves: what an acceptor has said it must still know after
/// a crash, or two values can be chosen.
/// </summary>
public static class Acceptor
{
    /// <summary>
    /// Phase 1b. Promises to take part in nothing below <paramref name="ballot"/> if it is above all it has promised, and says what it
    /// has accepted.
    /// </summary>
    /// <remarks>
    /// Strictly above: a proposer that lost its memory in a crash may try a ballot again with another value, and must not collect
    /// promises for it a second time.
    /// </remarks>
    public static (AcceptorState State, PrepareReply Reply) Prepare(AcceptorState state, Ballot ballot)
    {
        if (ballot <= state.Promised)
        {
            return (state, new PrepareReply(ballot, false, state.Promised, Ballot.None, default));
        }

        return (state with { Promised = ballot }, new PrepareReply(ballot, true, ballot, state.Accepted, state.Value));
    }

    /// <summary>Phase 2b. Accepts unless it has promised not to.</summary>
    public static (AcceptorState State, AcceptReply Reply) Accept(AcceptorState state, Ballot ballot, ReadOnlyMemory<byte> value)
    {
        return ballot < state.Promised
            ? (state, new AcceptReply(ballot, false, state.Promised))
            : (new AcceptorState(ballot, ballot, value), new AcceptReply(ballot, true, ballot));
    }
}

/// <summary>Phase 1b's answer.</summary>
/// <param name="Ballot">The one asked about.</param>
/// <param name="Granted">Promised.</param>
/// <param name="Promised">The highest that it has promised now.</param>
/// <param name="Accepted">If granted: the attempt whose value it accepted last, or none.</param>
/// <param name="Value">That value.</param>
public readonly record struct PrepareReply(Ballot Ballot, bool Granted, Ballot Promised, Ballot Accepted, ReadOnlyMemory<byte> Value);

/// <summary>Phase 2b's answer.</summary>
/// <param name="Ballot">The one asked about.</param>
/// <param name="Granted">Accepted.</param>
/// <param name="Promised">The highest that it has promised now.</param>
public readonly record struct AcceptReply(Ballot Ballot, bool Granted, Ballot Promised);
