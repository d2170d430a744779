using System.Buffers;

namespace Coterie.Model.Rows;

/// <summary>
/// The one merge of the product: RocksDB's merge operator, the reconciliation of a quorum read, the effect of a hint, of read repair,
/// of anti-entropy and of streaming. The join of a semilattice: commutative, associative, idempotent, and it never looks at a clock.
/// </summary>
public static class RowMerge
{
    /// <summary>Appends the canonical encoding of the join of two encoded rows. One pass, no allocation beyond the destination's.</summary>
    /// <exception cref="MalformedDataException">One of them is not decodable.</exception>
    public static void Merge(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Appends the row without what the deletion of its partition or of a range shadows. False if nothing is left (nothing is appended).</summary>
    public static bool Shadow(ReadOnlySpan<byte> row, Deletion outer, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Checks that the bytes are exactly the canonical encoding of a row, within the limits. Before anything is written.</summary>
    /// <exception cref="MalformedDataException">They are not; the message says what is wrong.</exception>
    public static void Validate(ReadOnlySpan<byte> row) => throw new NotImplementedException();

    /// <summary>Whether a read at <paramref name="nowSeconds"/> sees the row: its marker or any cell is live.</summary>
    public static bool IsLive(ReadOnlySpan<byte> row, long nowSeconds) => throw new NotImplementedException();
}
