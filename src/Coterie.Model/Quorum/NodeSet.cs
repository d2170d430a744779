using System.Numerics;

namespace Coterie.Model.Quorum;

/// <summary>A set of the replicas of a key, by their numbers in a <see cref="ReplicaLayout"/>.</summary>
/// <param name="Bits">Bit i is replica i.</param>
public readonly record struct NodeSet(ulong Bits)
{
    public static NodeSet Empty => default;

    public int Count => BitOperations.PopCount(Bits);

    public bool IsEmpty => Bits == 0;

    public static NodeSet Of(params ReadOnlySpan<int> nodes)
    {
        var bits = 0UL;
        foreach (var node in nodes)
        {
            bits |= 1UL << node;
        }

        return new NodeSet(bits);
    }

    /// <summary><paramref name="count"/> replicas from <paramref name="first"/> on.</summary>
    public static NodeSet Range(int first, int count) => new(((1UL << count) - 1) << first);

    public bool Contains(int node) => (Bits & (1UL << node)) != 0;

    public bool Contains(NodeSet other) => (other.Bits & ~Bits) == 0;

    public NodeSet And(NodeSet other) => new(Bits & other.Bits);

    public NodeSet Or(NodeSet other) => new(Bits | other.Bits);

    public NodeSet Except(NodeSet other) => new(Bits & ~other.Bits);

    /// <summary>In it if it was not, out of it if it was.</summary>
    public NodeSet Toggle(int node) => new(Bits ^ (1UL << node));

    /// <summary>The lowest so many of them, or all if there are fewer.</summary>
    public NodeSet Lowest(int count)
    {
        var left = Bits;
        for (var taken = 0; taken < count && left != 0; taken++)
        {
            left &= left - 1;
        }

        return new NodeSet(Bits & ~left);
    }

    /// <summary>The highest so many of them, or all if there are fewer.</summary>
    public NodeSet Highest(int count) => Except(Lowest(Math.Max(0, Count - count)));

    /// <summary>In order.</summary>
    public IEnumerable<int> Nodes()
    {
        for (var left = Bits; left != 0; left &= left - 1)
        {
            yield return BitOperations.TrailingZeroCount(left);
        }
    }
}
