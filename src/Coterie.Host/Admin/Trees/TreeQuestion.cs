using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Coterie.Cluster.Ring;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Trees;
using Microsoft.AspNetCore.Http;

namespace Coterie.Host.Admin.Trees;

/// <summary>What a query string asks about trees, checked against the metadata. Pure.</summary>
/// <param name="Table">It has trees.</param>
/// <param name="Groups">Of its replicas.</param>
internal sealed record TreeQuestion(TableSchema Table, ImmutableArray<ReplicaGroup> Groups)
{
    /// <summary>Hex digits of a key in a query string: what fits into a request line twice.</summary>
    public const int HexMax = 3_000;

    /// <returns>The question; or why there is none, and the status of that answer.</returns>
    public static (TreeQuestion? Question, AdminAnswer Refusal) Of(IQueryCollection query, ClusterMetadata metadata, string datacenter)
    {
        var (keyspace, table) = (query["keyspace"].ToString(), query["table"].ToString());
        var request = new RepairRequest(keyspace, table);
        if (keyspace.Length == 0 || table.Length == 0)
        {
            return (null, Text(400, "the query string must have keyspace and table"));
        }

        if (RepairJobs.Unknown(request, metadata) is { } unknown)
        {
            return (null, Text(404, unknown));
        }

        if (metadata.Keyspaces[keyspace].IsLeaderBased)
        {
            return (null, Text(409, $"the keyspace {keyspace} is leader-based (consistency = 'global'): its replicas are kept alike by their log, and have no trees"));
        }

        var map = ReplicaMap.Create(metadata.Nodes.Values, metadata.Keyspaces[keyspace].Replication, datacenter);
        return (new TreeQuestion(metadata.Table(keyspace, table)!, map.Groups), default);
    }

    /// <summary>Every two nodes that share ranges, the lesser id first.</summary>
    public IReadOnlyList<TreePairReport> Pairs() =>
    [
        .. from @group in Groups
           from left in @group.Nodes
           from right in @group.Nodes
           where left.CompareTo(right) < 0
           group @group by (left, right) into pair
           orderby pair.Key.left, pair.Key.right
           select new TreePairReport(pair.Key.left.ToString(), pair.Key.right.ToString(), pair.Sum(static one => one.Ranges.Length)),
    ];

    /// <summary>The two nodes, and what they share; null: the query names no such two.</summary>
    public (NodeId Left, NodeId Right, IReadOnlyList<TokenSpan> Shared)? Pair(IQueryCollection query)
    {
        if (!Guid.TryParse(query["left"], out var one) || !Guid.TryParse(query["right"], out var other) || one == other)
        {
            return null;
        }

        var (left, right) = (new NodeId(one), new NodeId(other));
        var shared = Groups.Where(group => group.Contains(left) && group.Contains(right)).SelectMany(static group => group.Ranges)
            .OrderBy(static span => span.Start.Value).ToList();
        return shared.Count == 0 ? null : (left, right, shared);
    }

    /// <summary>The range from lower to upper; all of the table where the query has neither; null: that is no range of it.</summary>
    public static KeyRange? Range(IQueryCollection query, KeyRange whole)
    {
        if (query["lower"].Count == 0 && query["upper"].Count == 0)
        {
            return whole;
        }

        return Bytes(query["lower"]) is { } lower && Bytes(query["upper"]) is { } upper
            && lower.AsSpan().SequenceCompareTo(upper) < 0 && lower.AsSpan().SequenceCompareTo(whole.Lower) >= 0 && upper.AsSpan().SequenceCompareTo(whole.Upper) <= 0
            ? new KeyRange(lower, upper)
            : null;
    }

    /// <summary>
    /// The key of a row: key in the engine's form, or, where a partition is one row, the partition key that the driver would route by; null: that is none of the table's.
    /// </summary>
    public byte[]? Key(IQueryCollection query) =>
        Bytes(query["partition"]) is { Length: <= Limits.PartitionKeyBytesMax } partition && Table.Clustering.IsEmpty ? KeyOf(partition)
        : Bytes(query["key"]) is { Length: > DataKey.TokenStartBytes } key && BinaryPrimitives.ReadUInt32BigEndian(key) == Table.StorageId.Value ? key
        : null;

    private byte[] KeyOf(byte[] partition)
    {
        var destination = new ArrayBufferWriter<byte>();
        DataKey.WritePartition(Table.StorageId, Partitioner.TokenOf(partition), partition, destination);
        EntryKey.BeginRow(destination);
        return destination.WrittenSpan.ToArray();
    }

    public static AdminAnswer Text(int status, string text) => new(status, AdminAnswer.PlainText, $"{text}\n");

    private static byte[]? Bytes(string? hex)
    {
        try
        {
            return hex is { Length: > 0 and <= HexMax } ? Convert.FromHexString(hex) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
