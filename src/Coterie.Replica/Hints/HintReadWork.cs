using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Storage;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Hints;

/// <summary>Reads hints where the disk may be waited for. For what happens seldom, so it is not pooled.</summary>
internal sealed class HintReadWork(IStorageEngine engine, HintReadRequest asked, ReplyTo reply, ILogger logger) : IStorageWork
{
    public void Run()
    {
        byte[] answer;
        try
        {
            answer = asked.Target is { } target ? Chunk(target, asked.From).Encode() : HintsOfTarget.Encode(Summary());
        }
        catch (Exception exception)
        {
            // The edge of the I/O pool, which no exception may pass.
            ReplicaLog.HintsUnreadable(logger, exception);
            reply.Send(ReplyStatus.Failed, []);
            return;
        }

        reply.Send(ReplyStatus.Ok, answer);
    }

    private HintChunk Chunk(NodeId target, ulong from)
    {
        var lower = new byte[HintKey.HintBytes];
        var upper = new byte[HintKey.HintBytes + 1];
        HintKey.Hint(lower, target, from);
        HintKey.Hint(upper, target, ulong.MaxValue);
        var hints = new List<StoredHint>();
        var bytes = 0;
        try
        {
            using var cursor = engine.Scan(StorageArea.Hints, lower, upper, reverse: false);
            while (hints.Count < Limits.HintChunkCountMax && bytes < Limits.HintChunkBytesMax && cursor.MoveNext())
            {
                if (HintKey.TryReadHint(cursor.Key, out _, out var sequence))
                {
                    hints.Add(new StoredHint(sequence, cursor.Value.ToArray()));
                    bytes += cursor.Value.Length;
                }
            }

            return new HintChunk(hints, IsDamaged: false);
        }
        catch (StorageCorruptException exception)
        {
            ReplicaLog.HintsUnreadable(logger, exception);
            return new HintChunk(hints, IsDamaged: true);
        }
    }

    /// <summary>Counts everything, once at the start of the node. What cannot be read is not counted: the replay meets it and says so.</summary>
    private List<HintsOfTarget> Summary()
    {
        var all = new List<HintsOfTarget>();
        var upper = HintKey.HintsUpper.ToArray();
        for (var lower = HintKey.HintsLower.ToArray(); lower is not null;)
        {
            lower = CountFrom(lower, upper, all);
        }

        return all;
    }

    /// <summary>Counts until the end or until the disk cannot be read on; then the next target is where to go on.</summary>
    private byte[]? CountFrom(byte[] lower, byte[] upper, List<HintsOfTarget> all)
    {
        var current = default(HintsOfTarget);
        try
        {
            using var cursor = engine.Scan(StorageArea.Hints, lower, upper, reverse: false);
            while (cursor.MoveNext())
            {
                if (!HintKey.TryReadHint(cursor.Key, out var target, out var sequence))
                {
                    continue;
                }

                if (target != current.Target)
                {
                    Add(all, current);
                    current = new HintsOfTarget(target, 0, 0, 0, long.MaxValue);
                }

                current = new HintsOfTarget(
                    target, current.Count + 1, current.Bytes + HintKey.HintBytes + cursor.Value.Length, sequence, Math.Min(current.OldestFormed, FormedOf(cursor.Value)));
            }

            Add(all, current);
            return null;
        }
        catch (StorageCorruptException exception) when (current.Count > 0)
        {
            ReplicaLog.HintsUnreadable(logger, exception);
            Add(all, current with { Last = ulong.MaxValue });
            var next = new byte[HintKey.HintBytes + 1];
            HintKey.Hint(next, current.Target, ulong.MaxValue);
            return next;
        }
    }

    private static void Add(List<HintsOfTarget> all, in HintsOfTarget one)
    {
        if (one.Count > 0)
        {
            all.Add(one);
        }
    }

    private static long FormedOf(ReadOnlySpan<byte> stored)
    {
        try
        {
            return stored.IsEmpty ? long.MaxValue : new MutationReader(stored[1..]).Formed.Milliseconds;
        }
        catch (MalformedDataException)
        {
            return long.MaxValue;
        }
    }
}
