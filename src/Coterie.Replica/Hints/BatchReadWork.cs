using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Storage;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Hints;

/// <summary>Reads batches where the disk may be waited for. One that is not there, or cannot be read, is told and logged.</summary>
internal sealed class BatchReadWork(IStorageEngine engine, List<Guid> ids, ReplyTo reply, Action<Guid> missing, ILogger logger) : IStorageWork
{
    public void Run()
    {
        var found = new List<StoredHint>();
        var key = new byte[HintKey.BatchBytes];
        var value = new ArrayBufferWriter<byte>();
        try
        {
            var bytes = 0;
            foreach (var id in ids)
            {
                if (bytes >= Limits.BatchRecordBytesMax)
                {
                    // The rest stands behind the others by now, and comes when it is due again.
                    break;
                }

                HintKey.Batch(key, id);
                value.ResetWrittenCount();
                if (TryGet(key, value))
                {
                    found.Add(new StoredHint((ulong)found.Count, value.WrittenSpan.ToArray()));
                    bytes += value.WrittenCount;
                }
                else
                {
                    missing(id);
                }
            }
        }
        catch (Exception exception)
        {
            // The edge of the I/O pool, which no exception may pass.
            ReplicaLog.HintsUnreadable(logger, exception);
            reply.Send(ReplyStatus.Failed, []);
            return;
        }

        reply.Send(ReplyStatus.Ok, new HintChunk(found, IsDamaged: false).Encode());
    }

    private bool TryGet(byte[] key, ArrayBufferWriter<byte> value)
    {
        try
        {
            return engine.Get(StorageArea.Hints, key, value, cachedOnly: false) == GetResult.Found;
        }
        catch (StorageCorruptException exception)
        {
            ReplicaLog.HintsUnreadable(logger, exception);
            return false;
        }
    }
}
