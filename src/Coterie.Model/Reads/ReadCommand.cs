using System.Buffers;
using Coterie.Model.Ids;

namespace Coterie.Model.Reads;

/// <summary>
/// What a replica is asked to read: rows of one partition, or of the partitions of a token range. Travels between nodes; the
/// coordinator never touches storage.
/// </summary>
/// <remarks>
/// A replica applies partition and range deletions to what it returns, so two replicas that know the same answer the same, whatever
/// is physically left under a deletion. Expired cells and tombstones are returned, not hidden: reconciliation needs them.
/// </remarks>
public sealed class ReadCommand
{
    public required StorageId Table { get; init; }

    /// <summary>The coordinator's clock, Unix seconds: decides which cells count as live on every replica alike.</summary>
    public required long NowSeconds { get; init; }

    /// <summary>One partition: its serialized key, with <see cref="Token"/>. Null for a token range.</summary>
    public ReadOnlyMemory<byte>? PartitionKey { get; init; }

    /// <summary>The partition's token; for a token range its exclusive start.</summary>
    public required Token Token { get; init; }

    /// <summary>A token range's inclusive end. Ranges do not wrap here: the coordinator splits them.</summary>
    public Token EndToken { get; init; }

    /// <summary>
    /// Where a token range read goes on: after this entry of this partition. The partition key at <see cref="Token"/> + …; null: from the start.
    /// For a single partition the slices say it all.
    /// </summary>
    public ResumePoint? ResumeAfter { get; init; }

    /// <summary>Which rows: slices in entry-key order, not overlapping. Empty: none (static row only).</summary>
    public required IReadOnlyList<RowSlice> Slices { get; init; }

    /// <summary>Rows from the last to the first (ORDER BY against the clustering order). Not for token ranges.</summary>
    public bool Reversed { get; init; }

    /// <summary>Whether the static row is wanted.</summary>
    public bool WithStatic { get; init; }

    /// <summary>Stop after so many live rows in all. A partition of which only the static row is live counts as one.</summary>
    public required int Limit { get; init; }

    /// <summary>Stop after so many live rows of each partition; <see cref="int.MaxValue"/> for no such limit.</summary>
    public int PartitionLimit { get; init; } = int.MaxValue;

    public void Encode(IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <exception cref="MalformedDataException">Not a read command, or over a limit.</exception>
    public static ReadCommand Decode(ReadOnlySpan<byte> source) => throw new NotImplementedException();
}

/// <summary>Rows with <c>Start ≤ entry key &lt; End</c>: bounds as <see cref="Keys.EntryKey"/> writes them. A single row is [key, key + 0x00).</summary>
public readonly record struct RowSlice(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> End);

/// <summary>The last entry that a page returned. An empty entry key: the whole partition is done.</summary>
public readonly record struct ResumePoint(Token Token, ReadOnlyMemory<byte> PartitionKey, ReadOnlyMemory<byte> EntryKey);
