using System.Collections.Immutable;
using Coterie.Model.Time;

namespace Coterie.Model.Deletes;

/// <summary>
/// The cut of each pair of a group's replicas, by their places in the group. Cuts only rise, so the greater of two opinions is true and
/// merging is a join; the least of all is the horizon. A group of one has one pair, with itself. Immutable.
/// </summary>
/// <remarks>Invariant: <c>_cuts</c> has the pairs (0,1), (0,2), …, (1,2), … in that order.</remarks>
public sealed class PairCuts : IEquatable<PairCuts>
{
    private readonly ImmutableArray<long> _cuts;

    private PairCuts(int members, ImmutableArray<long> cuts)
    {
        Members = members;
        _cuts = cuts;
        Horizon = new FormationTime(cuts.Min());
    }

    public int Members { get; }

    /// <summary>Deletions formed before it are on every replica, or were swept there, and nothing that they shadow can arrive any more.</summary>
    public FormationTime Horizon { get; }

    public static PairCuts None(int members)
    {
        Check.Request(members is > 0 and <= Limits.NodesMax);
        return new PairCuts(members, [.. Enumerable.Repeat(0L, PairsOf(members))]);
    }

    /// <exception cref="MalformedDataException">Not as many cuts as the group has pairs, or a cut before all time.</exception>
    public static PairCuts From(int members, ImmutableArray<long> cuts)
    {
        if (members is <= 0 or > Limits.NodesMax || cuts.Length != PairsOf(members) || cuts.Any(cut => cut < 0))
        {
            throw new MalformedDataException($"{cuts.Length} cuts for the pairs of {members} replicas");
        }

        return new PairCuts(members, cuts);
    }

    public static int PairsOf(int members) => members == 1 ? 1 : members * (members - 1) / 2;

    public ImmutableArray<long> ToArray() => _cuts;

    public FormationTime Of(int left, int right) => new(_cuts[Index(left, right)]);

    /// <summary>The pair's exchange has ended, with all that it sent durable on both sides.</summary>
    public PairCuts Raise(int left, int right, FormationTime cut)
    {
        var index = Index(left, right);
        return cut.Milliseconds <= _cuts[index] ? this : new PairCuts(Members, _cuts.SetItem(index, cut.Milliseconds));
    }

    public PairCuts Merge(PairCuts other)
    {
        Check.Request(other.Members == Members);
        return other._cuts.Zip(_cuts).All(pair => pair.First <= pair.Second)
            ? this
            : new PairCuts(Members, [.. _cuts.Zip(other._cuts, Math.Max)]);
    }

    /// <summary>The pair that holds the horizon back: the first of those with the least cut.</summary>
    public (int Left, int Right) Slowest()
    {
        for (var left = 0; left < Members; left++)
        {
            for (var right = left + 1; right < Members; right++)
            {
                if (Of(left, right) == Horizon)
                {
                    return (left, right);
                }
            }
        }

        return (0, 0);
    }

    public bool Equals(PairCuts? other) => other is not null && Members == other.Members && _cuts.AsSpan().SequenceEqual(other._cuts.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as PairCuts);

    public override int GetHashCode() => Horizon.GetHashCode();

    private int Index(int left, int right)
    {
        var (low, high) = left < right ? (left, right) : (right, left);
        Check.Request(low >= 0 && high < Members && (low != high || Members == 1));
        return Members == 1 ? 0 : (low * Members) - (low * (low + 1) / 2) + high - low - 1;
    }
}
