using System.IO.Hashing;

namespace Coterie.Storage.Rocks;

/// <summary>
/// Knows which rows are written so often that their merges pile up: every read of such a row must fold the pile. It forgets: one slot serves
/// many keys, and a key that comes now and then loses its slot to others. Forgetting costs time, never data.
/// </summary>
/// <remarks>
/// RocksDB's own <c>max_successive_merges</c> looks each merge's key up in the memtable to count its pile: 22 % of all that three nodes did under
/// writes to a million rows, almost none of which had a pile.
/// </remarks>
internal sealed class MergeChains
{
    /// <summary>A pile this high is worth folding.</summary>
    public const int HeightMax = 8;

    private const int Slots = 1 << 16;
    private const int TagBits = 24;
    private const uint TagMask = (1u << TagBits) - 1;

    // The key's tag, then the height.
    private readonly uint[] _slots = new uint[Slots];
    private readonly uint[] _bytes = new uint[Slots];

    /// <summary>Counts a merge. True: the pile of this key has become high, and <paramref name="bytes"/> is what has come to it since it was last folded.</summary>
    public bool Add(ReadOnlySpan<byte> key, int operandBytes, out uint bytes)
    {
        var hash = XxHash3.HashToUInt64(key);
        var index = (int)(hash % Slots);
        var tag = (uint)(hash >> (64 - TagBits)) & TagMask;
        ref var slot = ref _slots[index];
        if (slot >> 8 != tag)
        {
            slot = tag << 8;
            _bytes[index] = 0;
        }

        slot++;
        bytes = _bytes[index] = (uint)Math.Min((ulong)_bytes[index] + (uint)operandBytes, uint.MaxValue);
        if ((slot & 0xFF) < HeightMax)
        {
            return false;
        }

        slot = tag << 8;
        return true;
    }

    /// <summary>The pile of this key is folded.</summary>
    public void Folded(ReadOnlySpan<byte> key) => _bytes[(int)(XxHash3.HashToUInt64(key) % Slots)] = 0;
}
