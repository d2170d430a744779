using Coterie.Model.Time;

namespace Coterie.Model.Rows;

/// <summary>The kinds of a cell, in the order in which they win at equal timestamps: the larger number wins.</summary>
public enum CellKind : byte
{
    Plain = 0,
    Expiring = 1,
    Tombstone = 2,
}

/// <summary>
/// One version of one value, decoded. Merging keeps the greater of two cells under the total order of <see cref="CellOrder"/>.
/// </summary>
/// <remarks>
/// <see cref="Kind"/> says which of the middle fields count: an expiring cell has <see cref="ExpiresAtSeconds"/> (Unix seconds) and
/// <see cref="TtlSeconds"/>; a tombstone has <see cref="Formed"/>. An expired cell stays an expiring cell until it is swept: merging
/// never looks at a clock. Its formation time is <c>ExpiresAtSeconds − TtlSeconds</c>.
/// </remarks>
public readonly ref struct Cell
{
    public required CellKind Kind { get; init; }

    public required WriteTimestamp Timestamp { get; init; }

    public long ExpiresAtSeconds { get; init; }

    public int TtlSeconds { get; init; }

    public FormationTime Formed { get; init; }

    /// <summary>The value's wire bytes. Empty for tombstones and row markers; may be empty for a value too.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Whether a read at <paramref name="nowSeconds"/> sees it.</summary>
    public bool IsLive(long nowSeconds) => Kind == CellKind.Plain || (Kind == CellKind.Expiring && nowSeconds < ExpiresAtSeconds);
}
