namespace Coterie.Raft;

/// <summary>What a member is at the moment (Raft figure 4, with the pre-vote of Ongaro's thesis §9.6).</summary>
public enum RaftRole : byte
{
    Follower,

    /// <summary>Asks whether it would be elected, before it disturbs anyone with a new term.</summary>
    PreCandidate,
    Candidate,
    Leader,
}
