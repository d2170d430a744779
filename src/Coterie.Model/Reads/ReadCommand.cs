using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Model.Reads;

/// <summary>
/// What a replica is asked to read: rows of one partition, or of the partitions of a token range. Travels between nodes; the
/// coordinator never touches storage. Format: docs/formats.md.
/// </summary>
/// <remarks>
/// A replica applies partition and range deletions to what it returns, so two replicas that know the same answer the same, whatever
/// is physically left under a deletion. Expired cells and tombstones are returned, not hidden: reconciliation needs them.
/// </remarks>
public sealed class ReadCommand
{
    internal const byte Format = 1;
    internal const byte SingleFlag = 1;
    internal const byte ReversedFlag = 2;
    internal const byte StaticFlag = 4;
    internal const byte ResumeFlag = 8;
    internal const byte AllFlags = SingleFlag | ReversedFlag | StaticFlag | ResumeFlag;

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
    /// Where the read goes on: after this entry of this partition, in the order of the read (in a reversed read: before it). Null: from the
    /// start. For one partition as well as for a token range, in which the point must lie. The partition's static row is read again for
    /// the rows that are left; alone it counts for nothing and a coordinator does not return it: it was on the page before.
    /// </summary>
    public ResumePoint? ResumeAfter { get; init; }

    /// <summary>Which rows: slices in entry-key order, not overlapping, also when reversed. Empty: none (static row only).</summary>
    public required IReadOnlyList<RowSlice> Slices { get; init; }

    /// <summary>Rows from the last to the first (ORDER BY against the clustering order). Not for token ranges.</summary>
    public bool Reversed { get; init; }

    /// <summary>Whether the static row is wanted.</summary>
    public bool WithStatic { get; init; }

    /// <summary>Stop after so many live rows in all. A partition of which only the static row is live counts as one.</summary>
    public required int Limit { get; init; }

    /// <summary>Stop after so many live rows of each partition; <see cref="int.MaxValue"/> for no such limit.</summary>
    public int PartitionLimit { get; init; } = int.MaxValue;

    /// <summary>The same read, from another place and with another limit.</summary>
    public ReadCommand With(ResumePoint? resumeAfter, int limit) => With(Token, EndToken, resumeAfter, limit);

    /// <summary>The same read of another part of the ring.</summary>
    public ReadCommand With(Token start, Token end, ResumePoint? resumeAfter, int limit) => new()
    {
        Table = Table,
        NowSeconds = NowSeconds,
        PartitionKey = PartitionKey,
        Token = start,
        EndToken = end,
        ResumeAfter = resumeAfter,
        Slices = Slices,
        Reversed = Reversed,
        WithStatic = WithStatic,
        Limit = limit,
        PartitionLimit = PartitionLimit,
    };

    public void Encode(IBufferWriter<byte> destination)
    {
        Check.Request(Slices.Count <= Limits.ReadSlicesMax && Limit > 0 && PartitionLimit > 0);
        destination.WriteByte(Format);
        destination.WriteByte((byte)(
            (PartitionKey is null ? 0 : SingleFlag) | (Reversed ? ReversedFlag : 0) | (WithStatic ? StaticFlag : 0) | (ResumeAfter is null ? 0 : ResumeFlag)));
        destination.WriteUInt32(Table.Value);
        destination.WriteInt64(NowSeconds);
        destination.WriteInt64(Token.Value);
        if (PartitionKey is { } partitionKey)
        {
            WritePartitionKey(partitionKey.Span, destination);
        }
        else
        {
            destination.WriteInt64(EndToken.Value);
        }

        if (ResumeAfter is { } resume)
        {
            resume.Encode(destination);
        }

        destination.WriteVariable((uint)Limit);
        destination.WriteVariable((uint)PartitionLimit);
        destination.WriteVariable((uint)Slices.Count);
        for (var i = 0; i < Slices.Count; i++)
        {
            destination.WriteBlock(Slices[i].Start.Span);
            destination.WriteBlock(Slices[i].End.Span);
        }
    }

    /// <exception cref="MalformedDataException">Not a read command, or over a limit.</exception>
    public static ReadCommand Decode(ReadOnlySpan<byte> source)
    {
        var reader = new ReadCommandReader(source);
        var slices = new RowSlice[reader.SliceCount];
        for (var i = 0; reader.NextSlice(out var start, out var end); i++)
        {
            slices[i] = new RowSlice(reader.Bytes(start).ToArray(), reader.Bytes(end).ToArray());
        }

        return new ReadCommand
        {
            Table = reader.Table,
            NowSeconds = reader.NowSeconds,
            PartitionKey = reader.IsSingle ? reader.PartitionKey.ToArray() : (ReadOnlyMemory<byte>?)null,
            Token = reader.Token,
            EndToken = reader.EndToken,
            ResumeAfter = reader.HasResume
                ? new ResumePoint(reader.ResumeToken, reader.ResumePartitionKey.ToArray(), reader.ResumeEntryKey.ToArray())
                : null,
            Slices = slices,
            Reversed = reader.Reversed,
            WithStatic = reader.WithStatic,
            Limit = reader.Limit,
            PartitionLimit = reader.PartitionLimit,
        };
    }

    internal static void WritePartitionKey(ReadOnlySpan<byte> partitionKey, IBufferWriter<byte> destination)
    {
        Check.Request(partitionKey.Length is > 0 and <= Limits.PartitionKeyBytesMax);
        destination.WriteUInt16((ushort)partitionKey.Length);
        destination.Write(partitionKey);
    }
}
