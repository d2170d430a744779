using System.Buffers.Binary;
using System.IO.Hashing;

namespace Coterie.Model.Trees;

/// <summary>
/// Hashes of stored entries. The hash of a set of entries is the sum of theirs modulo 2^128, so that sets can be joined and cut without
/// being read again. XxHash128 is not cryptographic: replicas are not adversaries, and a pair of sets that are equal by chance only would have to
/// be so at every exchange.
/// </summary>
/// <remarks>Clarke et al., "Incremental Multiset Hash Functions" (2003), of which this is the additive one over a group of 2^128.</remarks>
public static class EntryHash
{
    /// <summary>One bit in 2^8: leaves have 256 entries on average.</summary>
    private const ulong LeafStartMask = 0xFF;

    /// <summary>The hash of one entry: its key in the engine and its encoded row.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> row)
    {
        // The digest of the key seeds that of the row: one entry's row is never taken for another's.
        Span<byte> digest = stackalloc byte[16];
        XxHash128.Hash(row, digest, (long)OfKey(key));
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    /// <summary>By which a key is known among those written a moment ago, and by which it starts a leaf or does not.</summary>
    public static ulong OfKey(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key);

    /// <summary>Whether the entry starts a leaf: a property of its key alone, so that replicas cut alike without asking.</summary>
    public static bool StartsLeaf(ulong keyHash) => (keyHash & LeafStartMask) == 0;

    /// <summary>
    /// A short digest of an entry for one comparison. The salt changes with each, so that two entries that look equal by chance do not do so again.
    /// </summary>
    public static ulong Short(UInt128 hash, ulong salt)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return XxHash3.HashToUInt64(bytes, (long)salt);
    }
}
