using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Wire;

namespace Coterie.Model.Trees;

/// <summary>The keys of one table's entries, in the engine's form, from <paramref name="Lower"/> up to, not including, <paramref name="Upper"/>.</summary>
public readonly record struct KeyRange(byte[] Lower, byte[] Upper)
{
    /// <summary>All entries with tokens behind <paramref name="start"/>, up to and including <paramref name="end"/>.</summary>
    public static KeyRange OfTokens(StorageId table, Token start, Token end)
    {
        var destination = new ArrayBufferWriter<byte>(DataKey.TokenStartBytes);
        if (start == Token.Minimum)
        {
            // From where the table's first leaf starts, so that it lies within as a whole: no key has that token.
            destination.WriteUInt32(table.Value);
        }
        else
        {
            DataKey.WriteTokenStart(table, new Token(start.Value + 1), destination);
        }

        var lower = destination.WrittenSpan.ToArray();
        destination.ResetWrittenCount();
        if (end.Value == long.MaxValue)
        {
            destination.WriteUInt32(checked(table.Value + 1));
        }
        else
        {
            DataKey.WriteTokenStart(table, new Token(end.Value + 1), destination);
        }

        return new KeyRange(lower, destination.WrittenSpan.ToArray());
    }

    /// <summary>The ranges between bounds, of which there is one more.</summary>
    public static List<KeyRange> Between(IReadOnlyList<byte[]> bounds)
    {
        var ranges = new List<KeyRange>(bounds.Count - 1);
        for (var i = 1; i < bounds.Count; i++)
        {
            ranges.Add(new KeyRange(bounds[i - 1], bounds[i]));
        }

        return ranges;
    }

    /// <summary>What the range has in common with the keys from <paramref name="start"/> up to <paramref name="end"/>, of which there is something.</summary>
    public KeyRange Within(byte[] start, byte[] end) => new(
        Lower.AsSpan().SequenceCompareTo(start) >= 0 ? Lower : start,
        Upper.AsSpan().SequenceCompareTo(end) <= 0 ? Upper : end);

    public void Write(IBufferWriter<byte> destination)
    {
        destination.WriteBlock(Lower);
        destination.WriteBlock(Upper);
    }

    /// <exception cref="MalformedDataException">Not a range of keys of one table, or too long.</exception>
    public static KeyRange Read(ref ByteReader reader, StorageId table)
    {
        var lower = reader.ReadBlock(Limits.DataKeyBytesMax, "lower bound");
        var upper = reader.ReadBlock(Limits.DataKeyBytesMax, "upper bound");
        if (!IsOf(lower, table.Value) || !(IsOf(upper, table.Value) || IsEndOf(upper, table.Value)) || lower.SequenceCompareTo(upper) >= 0)
        {
            throw new MalformedDataException($"bounds that are not a range of keys of table {table.Value}");
        }

        return new KeyRange(lower.ToArray(), upper.ToArray());
    }

    private static bool IsOf(ReadOnlySpan<byte> key, uint table) =>
        key.Length >= sizeof(uint) && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key) == table;

    private static bool IsEndOf(ReadOnlySpan<byte> key, uint table) =>
        key.Length == sizeof(uint) && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key) == table + 1;
}
