namespace Coterie.Raft;

/// <summary>The answers to one request for votes. Each voter counts once, who is none does not count; the candidate votes for itself.</summary>
internal sealed class VoteTally
{
    private readonly Membership _membership;
    private readonly Dictionary<int, bool> _votes = [];

    public VoteTally(Membership membership, int self)
    {
        _membership = membership;
        Count(self, isGranted: true);
    }

    public bool IsWon => _votes.Values.Count(static isGranted => isGranted) >= _membership.Majority;

    /// <summary>So many have refused that no majority is left.</summary>
    public bool IsLost => _votes.Values.Count(static isGranted => !isGranted) > _membership.Voters.Length - _membership.Majority;

    public void Count(int member, bool isGranted)
    {
        if (_membership.IsVoter(member))
        {
            _votes.TryAdd(member, isGranted);
        }
    }
}
