using System.Net;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>One request and its reply, awaited. For what happens seldom; the data path has pooled objects instead.</summary>
public static class PeerRequests
{
    public static async Task<ReplyQueue.Reply> AskAsync(
        this IMessenger messenger, IPEndPoint target, Verb verb, byte[] body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var replies = new ReplyQueue(1);
        messenger.SendTo(target, verb, body, timeout, replies, 0);
        return await replies.NextAsync(cancellationToken);
    }

    public static Task<ReplyQueue.Reply> AskAsync(
        this IMessenger messenger, NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var replies = new ReplyQueue(1);
        messenger.Send(target, verb, body, timeout, replies, 0);
        return replies.NextAsync(cancellationToken);
    }
}
