using Coterie.Model.Keys;

namespace Coterie.Model.Reads;

/// <summary>Rows with <c>Start ≤ entry key &lt; End</c>: bounds as <see cref="EntryKey"/> writes them. A single row is [key, key + 0x00).</summary>
public readonly record struct RowSlice(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> End)
{
    private static readonly byte[] AllStart = [(byte)EntryKind.Row];
    private static readonly byte[] AllEnd = [(byte)EntryKind.Row + 1];

    /// <summary>Every row of a partition.</summary>
    public static RowSlice All => new(AllStart, AllEnd);

    /// <summary>True if only one key lies between the bounds: a get will do.</summary>
    public static bool IsSingleRow(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end) =>
        end.Length == start.Length + 1 && end[^1] == 0 && end.StartsWith(start);
}
