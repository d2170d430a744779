using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Reads;

namespace Coterie.Simulator.Mistakes;

/// <summary>Mistakes of nodes as they show in what they say to one another.</summary>
public static class FrameMistakes
{
    // A format, a hash and a timestamp. A response with a partition is longer, one without is shorter.
    private const int ReadDigestBytes = 25;

    /// <summary>A replica that did not take a mutation is counted as if it had.</summary>
    public static FrameTampering RefusalsCountAsAcknowledgements() => new(static (verb, header, body) =>
        verb == Verb.Mutate && header.Kind == PeerFrameKind.Reply ? (header with { Code = (byte)ReplyStatus.Ok }, body) : (header, body));

    /// <summary>Messages do not tell the epoch of their sender, so nobody learns from them that it is behind.</summary>
    public static FrameTampering EpochsAreNotTold() => new(static (_, header, body) => (header with { Epoch = new Epoch(0) }, body));

    /// <summary>A replica that stopped at its limit claims that there was nothing more: what lies behind its end is believed to be absent.</summary>
    public static FrameTampering StopsAreNotTold() => new(static (verb, header, body) =>
        verb == Verb.Read && header.Kind == PeerFrameKind.Reply && header.Code == (byte)ReplyStatus.Ok && body.Length != ReadDigestBytes
            ? (header, WithoutStop(body))
            : (header, body));

    /// <summary>A request is executed however late it is.</summary>
    public static FrameTampering RequestsNeverExpire() => new(static (_, header, body) =>
        (header.Kind == PeerFrameKind.Request ? header with { TimeoutMilliseconds = int.MaxValue } : header, body));

    private static byte[] WithoutStop(byte[] body)
    {
        var response = ReadReply.Decode(body);
        var changed = new ArrayBufferWriter<byte>();
        ReadReply.Begin(ReadReply.HorizonOf(body), changed);
        var writer = new ReadResponseWriter(changed);
        foreach (var partition in response.Partitions)
        {
            writer.BeginPartition(partition.Token, partition.PartitionKey.Span, partition.PartitionDeletion);
            foreach (var range in partition.Ranges)
            {
                writer.Range(range.EntryKey.Span, range.Deletion);
            }

            writer.Static(partition.Static.Span);
            foreach (var row in partition.Rows)
            {
                writer.Row(row.EntryKey.Span, row.Row.Span);
            }

            writer.EndPartition(partition.Limited);
        }

        writer.Finish();
        return changed.WrittenSpan.ToArray();
    }
}
