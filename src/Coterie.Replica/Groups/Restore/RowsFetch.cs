using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Pooling;
using Coterie.Model.Rows;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups.Restore;

/// <summary>
/// One attempt to bring all rows of a group from another member: page after page, each durable before the next is asked for. The pages are read one after
/// another while entries are applied there and here; that they mix does no harm, since rows are joins and an entry applied twice changes nothing.
/// </summary>
internal sealed class RowsFetch(GroupParts parts, GroupId group, NodeId source, long least)
{
    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(5);

    /// <param name="removal">Enqueued already: nothing that is applied from now on may be removed.</param>
    /// <returns>The greatest stamp of what the rows include; null: it came to nothing.</returns>
    public async Task<long?> RunAsync(RestoreWrite removal, CancellationToken cancellationToken)
    {
        try
        {
            return await removal.Done == WriteResult.Durable ? await FetchAsync(cancellationToken) : null;
        }
        catch (MalformedDataException exception)
        {
            GroupLog.Malformed(parts.Logger, source, exception.Message);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<long?> FetchAsync(CancellationToken cancellationToken)
    {
        var stamp = 0L;
        byte[] from = [];
        do
        {
            var reply = await parts.Messenger.AskAsync(source, Verb.GroupRows, new RowsRequest(group, least, from).ToBytes(), PageTimeout, cancellationToken);
            if (reply.Status != ReplyStatus.Ok)
            {
                return null;
            }

            var (pageStamp, next, rows) = Read(reply.Body);
            stamp = Math.Max(stamp, pageStamp);
            if (next.Length > 0 && next.AsSpan().SequenceCompareTo(from) <= 0)
            {
                throw new MalformedDataException("a page of rows that does not lead on");
            }

            if (rows is not null && (!parts.Writer.TryEnqueue(rows) || await rows.Done != WriteResult.Durable))
            {
                return null;
            }

            from = next;
        }
        while (from.Length > 0);
        return stamp;
    }

    private (long Stamp, byte[] Next, RestoreWrite? Rows) Read(byte[] body)
    {
        var reader = new ByteReader(body);
        var stamp = reader.ReadInt64();
        var next = reader.ReadBlock(Limits.DataKeyBytesMax, "key").ToArray();

        // With their length, so that a page which ends too early, even behind a row, is none.
        var entries = reader.ReadBlock(Limits.PeerFrameBytesMax, "rows").ToArray();
        reader.ExpectEnd("a page of rows");
        reader = new ByteReader(entries);
        var oldest = long.MaxValue;
        var partitionKey = new PooledBuffer();
        while (EntryList.TryRead(ref reader, out var key, out var row))
        {
            partitionKey.Clear();
            var entryKeyAt = DataKey.Read(key, out var table, out var token, partitionKey);
            if (Partitioner.TokenOf(partitionKey.Span) != token)
            {
                throw new MalformedDataException("a row with a token that is not its key's");
            }

            if (parts.GroupTables.GroupOf(table, token) != group)
            {
                // Dropped meanwhile, or not heard of yet: the next attempt finds out.
                throw new MalformedDataException($"a row of table {table}, which is none of the group's as far as is known here");
            }

            Model.Mutations.MutationReader.ValidateEntryKey(key[entryKeyAt..]);
            RowMerge.ValidateStored(row);
            oldest = Math.Min(oldest, RowPurge.OldestPurgeable(row));
        }

        partitionKey.Release();
        return (stamp, next, entries.Length == 0 ? null : RestoreWrite.Rows(entries, oldest));
    }
}
