namespace Coterie.Raft;

/// <summary>The answers to one request for votes. Each member counts once; the candidate votes for itself.</summary>
internal sealed class VoteTally
{
    private readonly bool?[] _votes;

    public VoteTally(int members, int self)
    {
        _votes = new bool?[members];
        _votes[self] = true;
    }

    public bool IsWon => _votes.Count(static vote => vote == true) >= Quorum.Of(_votes.Length);

    /// <summary>So many have refused that no majority is left.</summary>
    public bool IsLost => _votes.Count(static vote => vote == false) >= Quorum.Of(_votes.Length);

    public void Count(int member, bool isGranted) => _votes[member] ??= isGranted;
}
