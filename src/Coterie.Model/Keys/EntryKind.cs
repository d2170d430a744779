namespace Coterie.Model.Keys;

/// <summary>
/// What an entry of a partition is: the first byte of its key within the partition, so that a partition is read in this order.
/// Part of the disk and wire format.
/// </summary>
public enum EntryKind : byte
{
    /// <summary>The partition's deletion, and a flag that says that it has range tombstones. At most one; almost never there.</summary>
    Header = 0x10,

    /// <summary>The static row. At most one.</summary>
    Static = 0x20,

    /// <summary>One range tombstone; its bounds are its key.</summary>
    RangeTombstone = 0x30,

    /// <summary>One row; its clustering columns are its key.</summary>
    Row = 0x40,
}
