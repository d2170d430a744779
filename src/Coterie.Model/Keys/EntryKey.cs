using System.Buffers;
using Coterie.Model.Schema;

namespace Coterie.Model.Keys;

/// <summary>
/// The key of an entry within its partition: the kind's byte, then for rows the clustering values. Each value is one lead byte
/// (0x40; 0x20 for an empty value of a fixed-size type) and its ordered encoding, all bits inverted where the column is descending.
/// A bound is a prefix of such values and a last byte that sorts before (0x00) or after (0xFF) everything that begins with it.
/// A range tombstone's key is its kind, then its start bound, then its end bound, the start bound preceded by its length (2 bytes).
/// </summary>
public static class EntryKey
{
    public static ReadOnlySpan<byte> Header => [(byte)EntryKind.Header];

    public static ReadOnlySpan<byte> Static => [(byte)EntryKind.Static];

    /// <summary>Appends the kind byte of rows. Then call <see cref="WriteClustering"/> for each clustering value in order.</summary>
    public static void BeginRow(IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Appends one clustering value (its wire bytes).</summary>
    public static void WriteClustering(ColumnSchema column, ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Ends a bound: before or after every row whose key begins with what was written.</summary>
    public static void EndBound(bool after, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Reads the clustering value at the front of <paramref name="rest"/> (after the kind byte), appends its wire bytes, returns the bytes read.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such an encoding.</exception>
    public static int ReadClustering(ColumnSchema column, ReadOnlySpan<byte> rest, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>The key of a range tombstone over rows from <paramref name="start"/> to <paramref name="end"/>: bounds as row keys with an end byte.</summary>
    public static void WriteRangeTombstone(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>The bounds of a range tombstone, each comparable to row keys by unsigned bytes: it covers start ≤ key &lt; end.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such a key.</exception>
    public static void ReadRangeTombstone(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> start, out ReadOnlySpan<byte> end) => throw new NotImplementedException();
}
