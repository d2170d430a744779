using Coterie.Cluster.Consensus.Paxos;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// Answers other nodes about the metadata log: votes, takes decided entries, hands out entries to who is behind. Asked about an epoch
/// that is decided, it answers with the entry, so a proposer that is behind learns instead of voting on the past.
/// </summary>
internal sealed class MetadataVoter(
    MetadataIdentity self, MetadataLog log, MetadataCatchUp catchUp, DurableAcceptor acceptor, Amnesia amnesia, ILogger logger) : IAsyncDisposable
{
    /// <summary>Entries go out in answers of about this size.</summary>
    private const int AnswerBytesWanted = 1024 * 1024;

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _working = 1;

    public void Handle(in Request request)
    {
        if (Interlocked.Increment(ref _working) > Limits.MetadataRequestsMax)
        {
            Leave();
            request.Reply.Send(ReplyStatus.Overloaded, default);
            return;
        }

        // Awaited by DisposeAsync through the count.
        _ = AnswerAsync(request.From, request.Verb, request.Body.ToArray(), request.Reply);
    }

    public async ValueTask DisposeAsync()
    {
        Leave();
        await _idle.Task;
        acceptor.Dispose();
    }

    private async Task AnswerAsync(NodeId from, Verb verb, byte[] body, ReplyTo reply)
    {
        try
        {
            var answer = verb switch
            {
                Verb.MetadataPrepare => await OnPrepareAsync(from, body),
                Verb.MetadataAccept => await OnAcceptAsync(from, body),
                Verb.MetadataCommit => await OnCommitAsync(from, body),

                // Who has forgotten what it accepted cannot tell another who has how far the cluster had come.
                Verb.MetadataPull => amnesia.IsUnresolved ? null : OnPull(body),
                _ => null,
            };
            reply.Send(answer is null ? ReplyStatus.Failed : ReplyStatus.Ok, answer);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // The edge of a request: whatever went wrong (malformed bytes, a store that cannot write, broken agreement, which has been
            // told to the owner of the node), nothing was promised and nothing is acknowledged.
            logger.RequestRefused(from.ToString(), problem.Message);
            reply.Send(ReplyStatus.Failed, default);
        }
        finally
        {
            Leave();
        }
    }

    private async Task<byte[]?> OnPrepareAsync(NodeId from, byte[] body)
    {
        var (epoch, ballot) = MetadataMessages.ReadPrepare(body);
        if (!await MayVoteAsync(from, epoch))
        {
            return null;
        }

        return log.Current.Epoch >= epoch
            ? Decided(epoch)
            : MetadataMessages.Answer(log.Current.Epoch, await acceptor.PrepareAsync(InstanceOf(epoch), ballot));
    }

    private async Task<byte[]?> OnAcceptAsync(NodeId from, byte[] body)
    {
        var (epoch, ballot, value) = MetadataMessages.ReadAccept(body);
        LogEntry.Decode(value);
        if (!await MayVoteAsync(from, epoch))
        {
            return null;
        }

        return log.Current.Epoch >= epoch
            ? Decided(epoch)
            : MetadataMessages.Answer(log.Current.Epoch, await acceptor.AcceptAsync(InstanceOf(epoch), ballot, value));
    }

    private async Task<byte[]?> OnCommitAsync(NodeId from, byte[] body)
    {
        var (epoch, entry) = MetadataMessages.ReadCommit(body);
        if (!await log.LearnAsync(epoch, entry))
        {
            await catchUp.ToAsync(from, epoch);
        }

        return MetadataMessages.JustEpoch(log.Current.Epoch);
    }

    private byte[] OnPull(byte[] body)
    {
        var wanted = MetadataMessages.ReadJustEpoch(body);
        var current = log.Current.Epoch;
        var entries = new List<byte[]>();
        var bytes = 0;
        for (var epoch = wanted; epoch.Value > 0 && epoch <= current; epoch = epoch.Next)
        {
            var entry = log.Entry(epoch);
            Check.That(entry is not null);
            if (entries.Count > 0 && (bytes + entry.Length > AnswerBytesWanted || entries.Count == Limits.MetadataEntriesPulledMax))
            {
                break;
            }

            entries.Add(entry);
            bytes += entry.Length;
        }

        return MetadataMessages.Entries(current, entries);
    }

    /// <summary>
    /// Who votes on epoch e is known only to who has applied e - 1; so a node that is behind catches up before it answers. True also if
    /// the epoch is decided here.
    /// </summary>
    private async Task<bool> MayVoteAsync(NodeId from, Epoch epoch)
    {
        if (epoch > log.Current.Epoch.Next)
        {
            await catchUp.ToAsync(from, new Epoch(epoch.Value - 1));
        }

        var metadata = log.Current;
        return epoch.Value > 0
            && (epoch <= metadata.Epoch || (epoch == metadata.Epoch.Next && metadata.Voters.Contains(self.PeerAddress) && !amnesia.AbstainsFrom(epoch)));
    }

    private byte[] Decided(Epoch epoch)
    {
        var entry = log.Entry(epoch);
        Check.That(entry is not null);
        return MetadataMessages.Decided(log.Current.Epoch, entry);
    }

    private static InstanceKey InstanceOf(Epoch epoch) => new(epoch.ToString());

    private void Leave()
    {
        if (Interlocked.Decrement(ref _working) == 0)
        {
            _idle.TrySetResult();
        }
    }
}
