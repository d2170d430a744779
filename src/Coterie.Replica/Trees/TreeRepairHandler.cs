using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Pooling;
using Coterie.Model.Rows;
using Coterie.Model.Trees;
using Coterie.Model.Time;
using Coterie.Model.Wire;
using Coterie.Replica.Deletes;
using Coterie.Storage;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Trees;

/// <summary>
/// Takes entries that another replica has and this one lacks. All of a request are one write; answered when it is durable. Nothing reaches the writer
/// that has not been validated whole.
/// </summary>
public sealed class TreeRepairHandler(
    IStorageWriter writer, LiveTables tables, Horizons horizons, TreeCounters counters, ILogger<TreeRepairHandler> logger) : IRequestHandler
{
    private readonly TreeCounters _counters = counters;

    public void Handle(in Request request)
    {
        TreeRepairWrite write;
        try
        {
            var reader = new ByteReader(request.Body);
            var source = new RepairSource(new FormationTime(reader.ReadInt64()), reader.ReadInt64());
            var table = new StorageId(reader.ReadUInt32());
            if (!tables.Contains(table))
            {
                request.Reply.Send(ReplyStatus.Stale, []);
                return;
            }

            if (Validated(request, table, source, ref reader) is not { } validated)
            {
                _counters.RepairRefused();
                request.Reply.Send(ReplyStatus.Failed, []);
                return;
            }

            write = validated;
        }
        catch (MalformedDataException exception)
        {
            _counters.RequestMalformed();
            ReplicaLog.Malformed(logger, "repair", request.From, exception.Message);
            request.Reply.Send(ReplyStatus.Failed, []);
            return;
        }

        if (!writer.TryEnqueue(write))
        {
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
    }

    /// <summary>Null if what the source knew of deletions is too little for one of the entries.</summary>
    private TreeRepairWrite? Validated(in Request request, StorageId table, RepairSource source, ref ByteReader reader)
    {
        var partitionKey = new PooledBuffer();
        var entries = reader.Position;
        var count = 0;
        var oldest = long.MaxValue;
        while (EntryList.TryRead(ref reader, out var key, out var row))
        {
            partitionKey.Clear();
            var entryKeyAt = DataKey.Read(key, out var keyTable, out var token, partitionKey);
            if (keyTable != table || Partitioner.TokenOf(partitionKey.Span) != token)
            {
                throw new MalformedDataException("an entry of another table, or with a token that is not its key's");
            }

            if (horizons.RefusesRepair(table, token, source.Horizon, source.Incarnation))
            {
                return null;
            }

            Model.Mutations.MutationReader.ValidateEntryKey(key[entryKeyAt..]);
            RowMerge.ValidateStored(row);
            oldest = Math.Min(oldest, RowPurge.OldestPurgeable(row));
            count++;
        }

        partitionKey.Release();
        return new TreeRepairWrite(this, table, source, request.Body[entries..].ToArray(), count, oldest, request.Reply);
    }

    private bool Refuses(StorageId table, in RepairSource source, ReadOnlySpan<byte> key) =>
        horizons.RefusesRepair(table, DataKey.TokenOf(key), source.Horizon, source.Incarnation);

    /// <param name="Horizon">Under which the rows were read.</param>
    /// <param name="Incarnation">Of this node, as the exchange knows it.</param>
    private readonly record struct RepairSource(FormationTime Horizon, long Incarnation);

    private sealed class TreeRepairWrite(
        TreeRepairHandler owner, StorageId table, RepairSource source, byte[] entries, int count, long oldest, ReplyTo reply) : IPendingWrite
    {
        private bool _isRefused;

        public int Bytes => entries.Length;

        public void AppendTo(StorageBatch batch)
        {
            // Again, and here: a sweep that began while it waited in the queue must find it written or refused.
            var reader = new ByteReader(entries);
            while (!_isRefused && EntryList.TryRead(ref reader, out var key, out _))
            {
                _isRefused = owner.Refuses(table, source, key);
            }

            if (_isRefused)
            {
                return;
            }

            batch.NoteFormed(oldest);
            reader = new ByteReader(entries);
            while (EntryList.TryRead(ref reader, out var key, out var row))
            {
                batch.MergeSettled(StorageArea.Data, key, row);
            }
        }

        public void Completed(WriteResult result)
        {
            if (_isRefused)
            {
                owner._counters.RepairRefused();
            }
            else if (result == WriteResult.Durable)
            {
                owner._counters.Repaired(count);
            }

            reply.Send(result == WriteResult.Durable && !_isRefused ? ReplyStatus.Ok : ReplyStatus.Failed, []);
        }
    }
}
