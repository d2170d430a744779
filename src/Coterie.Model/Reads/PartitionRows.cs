using Coterie.Model.Ids;
using Coterie.Model.Rows;

namespace Coterie.Model.Reads;

/// <summary>What is known of one partition within a read: its deletions, its static row, its rows. Rows are already shadowed by the deletions.</summary>
public sealed class PartitionRows
{
    public required Token Token { get; init; }

    public required ReadOnlyMemory<byte> PartitionKey { get; init; }

    public Deletion PartitionDeletion { get; init; } = Deletion.None;

    /// <summary>Range tombstones that overlap what was asked for and that the partition's deletion does not shadow, by entry key.</summary>
    public IReadOnlyList<RangeDeletion> Ranges { get; init; } = [];

    /// <summary>The encoded static row; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Static { get; init; }

    /// <summary>Rows in the order asked for. Some may be dead: only tombstones and expired cells.</summary>
    public IReadOnlyList<RowEntry> Rows { get; init; } = [];

    /// <summary>True if <see cref="ReadCommand.PartitionLimit"/> ended it: there may be rows after the last.</summary>
    public bool Limited { get; init; }
}

/// <summary>One range tombstone: its entry key (<see cref="Keys.EntryKey.ReadRangeTombstone"/>) and its deletion.</summary>
public readonly record struct RangeDeletion(ReadOnlyMemory<byte> EntryKey, Deletion Deletion);

/// <summary>One row: its entry key and its encoding.</summary>
public readonly record struct RowEntry(ReadOnlyMemory<byte> EntryKey, ReadOnlyMemory<byte> Row);
