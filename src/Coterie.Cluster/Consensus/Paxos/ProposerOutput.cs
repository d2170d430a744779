namespace Coterie.Cluster.Consensus.Paxos;

/// <summary>What the proposer wants done after it was given something.</summary>
public enum ProposerOutput : byte
{
    /// <summary>Go on waiting.</summary>
    None = 0,

    /// <summary>Send a prepare with <see cref="Proposer.Ballot"/> to every acceptor.</summary>
    SendPrepare,

    /// <summary>Send an accept with <see cref="Proposer.Ballot"/> and <see cref="Proposer.Value"/> to every acceptor.</summary>
    SendAccept,

    /// <summary><see cref="Proposer.Value"/> is chosen, for ever. It may be someone else's.</summary>
    Decided,

    /// <summary>A majority cannot be had for this ballot any more. Pause at random, so that rivals do not go on tripping each other, and begin again.</summary>
    Failed,
}
