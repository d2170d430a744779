using System.Collections.Immutable;
using Coterie.Model.Time;

namespace Coterie.Model.Deletes;

/// <summary>
/// The cut of each pair of a group's replicas, by their places in the group, and the incarnation of each. Cuts only rise, so the greater of two
/// opinions is true and merging is a join; the least of all is the horizon. A group of one has one pair, with itself. Immutable.
/// </summary>
/// <remarks>
/// A replica that has lost writes has lost deletions with them. It may be given what they shadowed by a peer that never had them; and a deletion that it
/// passed on to one peer before may now reach the others by nobody, after that peer's exchanges with them. So it begins a new incarnation, and all cuts of the
/// group that were made before count for nothing.
/// Invariant: <c>_cuts</c> has the pairs (0,1), (0,2), …, (1,2), … in that order, all made with the incarnations in <c>_incarnations</c>.
/// </remarks>
public sealed class PairCuts : IEquatable<PairCuts>
{
    private readonly ImmutableArray<long> _incarnations;
    private readonly ImmutableArray<long> _cuts;

    private PairCuts(ImmutableArray<long> incarnations, ImmutableArray<long> cuts)
    {
        _incarnations = incarnations;
        _cuts = cuts;
        Horizon = new FormationTime(cuts.Min());
    }

    public int Members => _incarnations.Length;

    /// <summary>Deletions formed before it are on every replica, or were swept there, and nothing that they shadow can arrive any more.</summary>
    public FormationTime Horizon { get; }

    public static PairCuts None(int members)
    {
        Check.Request(members is > 0 and <= Limits.NodesMax);
        return new PairCuts([.. Enumerable.Repeat(0L, members)], [.. Enumerable.Repeat(0L, PairsOf(members))]);
    }

    /// <exception cref="MalformedDataException">No members, or too many; not as many cuts as they have pairs; a number below zero.</exception>
    public static PairCuts From(ImmutableArray<long> incarnations, ImmutableArray<long> cuts)
    {
        if (incarnations.Length is 0 or > Limits.NodesMax || cuts.Length != PairsOf(incarnations.Length) || cuts.Any(cut => cut < 0) || incarnations.Any(one => one < 0))
        {
            throw new MalformedDataException($"{cuts.Length} cuts for the pairs of {incarnations.Length} replicas");
        }

        return new PairCuts(incarnations, cuts);
    }

    public static int PairsOf(int members) => members == 1 ? 1 : members * (members - 1) / 2;

    public ImmutableArray<long> Incarnations() => _incarnations;

    public ImmutableArray<long> ToArray() => _cuts;

    public FormationTime Of(int left, int right) => new(_cuts[Index(left, right)]);

    /// <summary>The pair's exchange has ended, with all that it sent durable on both sides.</summary>
    public PairCuts Raise(int left, int right, FormationTime cut)
    {
        var index = Index(left, right);
        return cut.Milliseconds <= _cuts[index] ? this : new PairCuts(_incarnations, _cuts.SetItem(index, cut.Milliseconds));
    }

    /// <summary>The member has lost writes, and all cuts fall. Nothing changes if it has this incarnation or a later one.</summary>
    public PairCuts Reborn(int member, long incarnation) =>
        incarnation <= _incarnations[member] ? this : Merge(new PairCuts(_incarnations.SetItem(member, incarnation), [.. new long[_cuts.Length]]));

    public PairCuts Merge(PairCuts other)
    {
        Check.Request(other.Members == Members);
        ImmutableArray<long> incarnations = [.. _incarnations.Zip(other._incarnations, Math.Max)];
        var ours = CutsAt(incarnations);
        var theirs = other.CutsAt(incarnations);
        var merged = new PairCuts(incarnations, [.. ours.Zip(theirs, Math.Max)]);
        return Equals(merged) ? this : merged;
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

    public bool Equals(PairCuts? other) => other is not null
        && _incarnations.AsSpan().SequenceEqual(other._incarnations.AsSpan()) && _cuts.AsSpan().SequenceEqual(other._cuts.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as PairCuts);

    public override int GetHashCode() => _cuts.Concat(_incarnations).Aggregate(Members, HashCode.Combine);

    private ImmutableArray<long> CutsAt(ImmutableArray<long> incarnations) =>
        _incarnations.AsSpan().SequenceEqual(incarnations.AsSpan()) ? _cuts : [.. new long[_cuts.Length]];

    private int Index(int left, int right)
    {
        var (low, high) = left < right ? (left, right) : (right, left);
        Check.Request(low >= 0 && high < Members && (low != high || Members == 1));
        return Members == 1 ? 0 : (low * Members) - (low * (low + 1) / 2) + high - low - 1;
    }
}
