using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model.Schema;

namespace Coterie.Model.Keys;

/// <summary>
/// The key of an entry within its partition: the kind's byte, then for rows the clustering values. Each value is one lead byte
/// (0x40; 0x20 for an empty value, after which nothing follows) and its ordered encoding, all bits inverted where the column is descending.
/// </summary>
/// <remarks>
/// A bound is a prefix of such values: as it stands it sorts before everything that begins with it, and with a last byte 0xFF, which is
/// above every lead byte, after everything that begins with it. A range tombstone's key is its kind, the length of its start bound
/// (4 bytes, big endian), its start bound, its end bound.
/// </remarks>
public static class EntryKey
{
    private const byte AfterAll = 0xFF;
    private const int LengthBytes = 4;

    public static ReadOnlySpan<byte> Header => [(byte)EntryKind.Header];

    public static ReadOnlySpan<byte> Static => [(byte)EntryKind.Static];

    /// <summary>Appends the kind byte of rows. Then call <see cref="WriteClustering"/> for each clustering value in order.</summary>
    public static void BeginRow(IBufferWriter<byte> destination) => destination.Write([(byte)EntryKind.Row]);

    /// <summary>Appends one clustering value (its wire bytes).</summary>
    public static void WriteClustering(ColumnSchema column, ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        if (column.Descending)
        {
            using var inverted = InvertingWriter.Over(destination);
            OrderedValue.Write(column.Type, value, inverted);
        }
        else
        {
            OrderedValue.Write(column.Type, value, destination);
        }
    }

    /// <summary>
    /// Ends a bound: before or after every row whose key begins with what was written. Before needs no byte: a prefix is the least of
    /// what begins with it, and so is a whole row key.
    /// </summary>
    public static void EndBound(bool after, IBufferWriter<byte> destination)
    {
        if (after)
        {
            destination.Write([AfterAll]);
        }
    }

    /// <summary>Reads the clustering value at the front of <paramref name="rest"/> (after the kind byte), appends its wire bytes, returns the bytes read.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such an encoding.</exception>
    public static int ReadClustering(ColumnSchema column, ReadOnlySpan<byte> rest, IBufferWriter<byte> destination)
    {
        if (!column.Descending)
        {
            return OrderedValue.Read(column.Type, rest, destination);
        }

        var inverted = ArrayPool<byte>.Shared.Rent(rest.Length);
        try
        {
            InvertingWriter.Invert(rest, inverted);
            return OrderedValue.Read(column.Type, inverted.AsSpan(0, rest.Length), destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(inverted);
        }
    }

    /// <summary>The key of a range tombstone over rows from <paramref name="start"/> to <paramref name="end"/>, bounds as described above.</summary>
    public static void WriteRangeTombstone(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, IBufferWriter<byte> destination)
    {
        var span = destination.GetSpan(1 + LengthBytes);
        span[0] = (byte)EntryKind.RangeTombstone;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], start.Length);
        destination.Advance(1 + LengthBytes);
        destination.Write(start);
        destination.Write(end);
    }

    /// <summary>The bounds of a range tombstone, each comparable to row keys by unsigned bytes: it covers start ≤ key &lt; end.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such a key.</exception>
    public static void ReadRangeTombstone(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> start, out ReadOnlySpan<byte> end)
    {
        if (key.Length < 1 + LengthBytes || key[0] != (byte)EntryKind.RangeTombstone)
        {
            throw new MalformedDataException("The key of a range tombstone is too short or of another kind.");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(key[1..]);
        var bounds = key[(1 + LengthBytes)..];
        if (length < 0 || length > bounds.Length)
        {
            throw new MalformedDataException($"The start of a range tombstone of {length} bytes does not fit its key.");
        }

        start = bounds[..length];
        end = bounds[length..];
        if (!IsBound(start) || !IsBound(end))
        {
            throw new MalformedDataException("The bounds of a range tombstone are not row keys.");
        }
    }

    private static bool IsBound(ReadOnlySpan<byte> bound) => !bound.IsEmpty && bound[0] == (byte)EntryKind.Row;
}
