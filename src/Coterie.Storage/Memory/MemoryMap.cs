using System.IO.Hashing;

namespace Coterie.Storage.Memory;

/// <summary>
/// An immutable ordered map of bytes to bytes: a treap whose priorities are hashes of the keys, so that its shape depends on its content
/// alone. A snapshot is a reference to it, which is what gives scans one consistent state while commits go on.
/// </summary>
/// <remarks>
/// Aragon and Seidel, "Randomized search trees" (1989). Chosen over <c>ImmutableSortedDictionary</c> because it looks up by span, splits at a
/// key (ranges are removed in O(log n)) and seeks in both directions.
/// Invariant: left keys &lt; key &lt; right keys, and no child has a higher priority than its parent.
/// </remarks>
internal sealed class MemoryMap
{
    private readonly ulong _priority;

    private MemoryMap(byte[] key, byte[] value, ulong priority, MemoryMap? left, MemoryMap? right)
    {
        Key = key;
        Value = value;
        _priority = priority;
        Left = left;
        Right = right;
    }

    public byte[] Key { get; }

    public byte[] Value { get; }

    public MemoryMap? Left { get; }

    public MemoryMap? Right { get; }

    public static byte[]? Find(MemoryMap? map, ReadOnlySpan<byte> key)
    {
        while (map is not null)
        {
            var order = key.SequenceCompareTo(map.Key);
            if (order == 0)
            {
                return map.Value;
            }

            map = order < 0 ? map.Left : map.Right;
        }

        return null;
    }

    public static long Bytes(MemoryMap? map) => map is null ? 0 : map.Key.Length + map.Value.Length + Bytes(map.Left) + Bytes(map.Right);

    public static MemoryMap Set(MemoryMap? map, byte[] key, byte[] value) => Set(map, key, value, XxHash3.HashToUInt64(key));

    public static MemoryMap? Remove(MemoryMap? map, ReadOnlySpan<byte> key)
    {
        if (map is null)
        {
            return null;
        }

        var order = key.SequenceCompareTo(map.Key);
        if (order == 0)
        {
            return Join(map.Left, map.Right);
        }

        return order < 0 ? map.With(Remove(map.Left, key), map.Right) : map.With(map.Left, Remove(map.Right, key));
    }

    /// <summary>Without the keys from <paramref name="lower"/> up to, not including, <paramref name="upper"/>.</summary>
    public static MemoryMap? RemoveRange(MemoryMap? map, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        if (lower.SequenceCompareTo(upper) >= 0)
        {
            return map;
        }

        Split(map, lower, out var below, out var rest);
        Split(rest, upper, out _, out var above);
        return Join(below, above);
    }

    private static MemoryMap Set(MemoryMap? map, byte[] key, byte[] value, ulong priority)
    {
        if (map is not null)
        {
            var order = key.AsSpan().SequenceCompareTo(map.Key);
            if (order == 0)
            {
                return new MemoryMap(key, value, priority, map.Left, map.Right);
            }

            if (map._priority >= priority)
            {
                return order < 0 ? map.With(Set(map.Left, key, value, priority), map.Right) : map.With(map.Left, Set(map.Right, key, value, priority));
            }
        }

        // An equal key has an equal priority, so it cannot be below a node of lower priority: the split meets none.
        Split(map, key, out var left, out var right);
        return new MemoryMap(key, value, priority, left, right);
    }

    private static void Split(MemoryMap? map, ReadOnlySpan<byte> key, out MemoryMap? below, out MemoryMap? rest)
    {
        if (map is null)
        {
            below = rest = null;
        }
        else if (map.Key.AsSpan().SequenceCompareTo(key) < 0)
        {
            Split(map.Right, key, out var middle, out rest);
            below = map.With(map.Left, middle);
        }
        else
        {
            Split(map.Left, key, out below, out var middle);
            rest = map.With(middle, map.Right);
        }
    }

    private static MemoryMap? Join(MemoryMap? left, MemoryMap? right)
    {
        if (left is null || right is null)
        {
            return left ?? right;
        }

        return left._priority >= right._priority ? left.With(left.Left, Join(left.Right, right)) : right.With(Join(left, right.Left), right.Right);
    }

    private MemoryMap With(MemoryMap? left, MemoryMap? right) =>
        left == Left && right == Right ? this : new MemoryMap(Key, Value, _priority, left, right);
}
