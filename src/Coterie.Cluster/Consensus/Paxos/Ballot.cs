using Coterie.Model.Ids;

namespace Coterie.Cluster.Consensus.Paxos;

/// <summary>
/// The number of one attempt, different for every attempt of every proposer: a round, and the proposer to break ties. Ordered by round first.
/// </summary>
public readonly record struct Ballot(long Round, NodeId Proposer) : IComparable<Ballot>
{
    /// <summary>Lower than any attempt's.</summary>
    public static Ballot None => default;

    public int CompareTo(Ballot other) => Round != other.Round ? Round.CompareTo(other.Round) : Proposer.CompareTo(other.Proposer);

    public static bool operator <(Ballot left, Ballot right) => left.CompareTo(right) < 0;

    public static bool operator >(Ballot left, Ballot right) => left.CompareTo(right) > 0;

    public static bool operator <=(Ballot left, Ballot right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Ballot left, Ballot right) => left.CompareTo(right) >= 0;
}
