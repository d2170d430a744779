using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Hints;
using Coterie.Model.Mutations;
using Coterie.Model.Rows;
using Coterie.Model.Time;
using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>A store of hints and batches that loses some: says that they are durable, and never has them.</summary>
/// <param name="losesHints">Hints, every third of them; else batches, all.</param>
public sealed class ForgottenHints(IStorageEngine inner, bool losesHints) : WrappedEngine(inner)
{
    private int _hints;

    public override ValueTask CommitAsync(StorageBatch batch)
    {
        var kept = new StorageBatch();
        foreach (var item in batch)
        {
            var isPut = item.Area == StorageArea.Hints && item.Operation == BatchOperation.Put;
            var loses = isPut && (losesHints ? HintKey.TryReadHint(item.Key, out _, out _) && _hints++ % 3 == 0 : HintKey.TryReadBatch(item.Key, out _));
            if (!loses)
            {
                Append(kept, item);
            }
        }

        return Inner.CommitAsync(kept);
    }
}

/// <summary>Says that hints are durable before the sync has ended. Everything else waits.</summary>
public sealed class EarlyHints(IStorageEngine inner) : WrappedEngine(inner)
{
    private Task _earlier = Task.CompletedTask;

    public override async ValueTask CommitAsync(StorageBatch batch)
    {
        var (hints, others) = (new StorageBatch(), new StorageBatch());
        foreach (var item in batch)
        {
            Append(item.Area == StorageArea.Hints ? hints : others, item);
        }

        // Others first: of a batch that holds both, they are what is waited for.
        var waitedFor = others.Count == 0 ? Task.CompletedTask : _earlier = CommitInOrderAsync(_earlier, others, swallows: false);
        if (hints.Count > 0)
        {
            _earlier = CommitInOrderAsync(_earlier, hints, swallows: true);
        }

        await waitedFor;
    }

    private async Task CommitInOrderAsync(Task earlier, StorageBatch batch, bool swallows)
    {
        await earlier;
        try
        {
            await Inner.CommitAsync(batch);
        }
        catch (Exception e) when (swallows && e is StorageFullException or StorageFailedException)
        {
            // Nobody hears of it: that is the mistake.
        }
    }
}

/// <summary>Mistakes of the replay as they show in what it sends.</summary>
public static class ReplayMistakes
{
    private const long HourMilliseconds = 3_600_000;

    /// <summary>What is replayed counts as formed, and is stamped, an hour after it was: so it beats what was written since.</summary>
    public static FrameTampering ReplaysAreNew() => new(static (verb, header, body) =>
        verb == Verb.Replay && header.Kind == PeerFrameKind.Request ? (header, Newer(body)) : (header, body));

    /// <summary>What is replayed counts as formed now, whatever its stamps say: no floor and no age refuses it.</summary>
    public static FrameTampering ReplaysAreFormedAnew() => new(static (verb, header, body) =>
        verb == Verb.Replay && header.Kind == PeerFrameKind.Request ? (header, FormedLater(body, HourMilliseconds, static (row, _) => row.ToArray())) : (header, body));

    private static byte[] Newer(byte[] body) => FormedLater(body, HourMilliseconds, static (row, later) => Stamped(row, later * 1_000));

    private delegate byte[] RowChange(ReadOnlySpan<byte> row, long later);

    private static byte[] FormedLater(byte[] body, long later, RowChange change)
    {
        var mutation = new MutationReader(body);
        var changed = new ArrayBufferWriter<byte>();
        var writer = new MutationWriter(changed, mutation.Table, mutation.Token, new FormationTime(mutation.Formed.Milliseconds + later), mutation.PartitionKey);
        while (mutation.MoveNext())
        {
            writer.Entry(mutation.EntryKey, change(mutation.Row, later));
        }

        writer.Finish();
        return changed.WrittenSpan.ToArray();
    }

    /// <summary>Rows of simple columns are stamped anew; others pass as they are.</summary>
    private static byte[] Stamped(ReadOnlySpan<byte> row, long more)
    {
        var changed = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(changed);
        var reader = new RowReader(row);
        if (reader.HasMarker)
        {
            writer.Marker(Later(reader.Marker, more));
        }

        while (reader.MoveNext())
        {
            if (reader.Part != RowPart.SimpleColumn)
            {
                return row.ToArray();
            }

            writer.SimpleColumn(reader.Column, Later(reader.Cell, more));
        }

        writer.Finish();
        return changed.WrittenSpan.ToArray();
    }

    private static Cell Later(in Cell cell, long more) => new()
    {
        Kind = cell.Kind,
        Timestamp = new WriteTimestamp(cell.Timestamp.Microseconds + more),
        ExpiresAtSeconds = cell.ExpiresAtSeconds,
        TtlSeconds = cell.TtlSeconds,
        Formed = cell.Formed,
        Value = cell.Value,
    };
}
