namespace Coterie.Model.Rows;

/// <summary>The bits of an encoded row. Part of the disk and wire format (docs/formats.md); bits not named here are reserved and zero.</summary>
internal static class RowFormat
{
    public const byte HasRanges = 0x01;
    public const byte HasDeletion = 0x02;
    public const byte HasMarker = 0x04;
    public const byte KnownFlags = HasRanges | HasDeletion | HasMarker;

    public const byte KindBits = 0x03;

    /// <summary>The cell's timestamp is the row's first one, and is left out.</summary>
    public const byte SameTimestamp = 0x04;

    /// <summary>Expiry and TTL are those of the last expiring cell before, or the formation is that of the last deletion or tombstone before; left out.</summary>
    public const byte Repeats = 0x08;

    public const byte HasValue = 0x10;
    public const byte KnownCellBits = KindBits | SameTimestamp | Repeats | HasValue;

    /// <summary>Stands where an element's head would: a kind that no cell has.</summary>
    public const byte EndOfCollection = 0x03;
}

/// <summary>
/// What earlier parts of a row say about later ones, the same for who writes and who reads. Timestamps are differences from the row's
/// first, in the order of the format; expiries and formations are left out where they repeat.
/// </summary>
internal struct RowContext
{
    public long FirstTimestamp;
    public long ExpiresAtSeconds;
    public long Formed;
    public int TtlSeconds;
    public bool HasTimestamp;

    public void Saw(long timestamp)
    {
        if (!HasTimestamp)
        {
            FirstTimestamp = timestamp;
            HasTimestamp = true;
        }
    }
}
