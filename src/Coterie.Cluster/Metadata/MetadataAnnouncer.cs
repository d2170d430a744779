using Coterie.Cluster.Membership;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// Tells every node of a decided entry, and waits until all live ones have applied it: then CREATE TABLE on one node and a write
/// through another just works. Nobody is waited for that this node takes for dead; and nobody longer than five seconds.
/// </summary>
internal sealed class MetadataAnnouncer(IMessenger messenger, ILiveness liveness, TimeProvider time)
{
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    /// <summary>A warning that names who has not applied it, or null.</summary>
    public async Task<string?> AnnounceAsync(Epoch epoch, byte[] entry, List<NodeInfo> nodes, CancellationToken cancellationToken)
    {
        var body = MetadataMessages.Commit(epoch, entry);
        using var timeout = new CancellationTokenSource(TotalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var told = await Task.WhenAll(nodes.Select(node => TellAsync(node, epoch, body, either.Token)));
        var late = nodes.Where((_, i) => !told[i]).Select(node => node.PeerAddress.ToString()).ToList();
        return late.Count == 0
            ? null
            : $"The change is made, but not all live nodes have applied it yet: {string.Join(", ", late)}. They will, before they take part in anything that needs it.";
    }

    /// <summary>True: it has applied the entry, or there is no point in waiting for it.</summary>
    private async Task<bool> TellAsync(NodeInfo node, Epoch epoch, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (!liveness.IsAlive(node.Id))
                {
                    // Sent all the same, in case the opinion is wrong; not awaited.
                    messenger.SendTo(node.PeerAddress, Verb.MetadataCommit, body, AnswerTimeout, new ReplyQueue(1), 0);
                    return true;
                }

                var reply = await messenger.AskAsync(node.PeerAddress, Verb.MetadataCommit, body, AnswerTimeout, cancellationToken);
                if (reply.Status == ReplyStatus.Ok && MetadataMessages.ReadJustEpoch(reply.Body) >= epoch)
                {
                    return true;
                }

                await Task.Delay(RetryPause, time, cancellationToken);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or Model.MalformedDataException)
        {
            return false;
        }
    }
}
