using Coterie.Cluster.Transport;
using Coterie.Model.Ids;

namespace Coterie.Repair.Exchanges;

/// <summary>Asks the two replicas of an exchange, this node itself by message like the other, and counts what goes between the two.</summary>
internal sealed class ReplicaRequests(IMessenger messenger, NodeId self, TimeSpan timeout, ExchangeFigures figures, CancellationToken cancellationToken)
{
    private const int AttemptsMax = 5;

    /// <exception cref="ExchangeFailedException">No answer, or a refusal.</exception>
    public async Task<byte[]> AskAsync(NodeId node, Verb verb, byte[] body)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await messenger.AskAsync(node, verb, body, timeout, cancellationToken);
            if (node != self)
            {
                figures.BytesSent += (2 * PeerFrame.HeaderBytes) + body.Length + reply.Body.Length;
            }

            if (reply.Status == ReplyStatus.Ok)
            {
                return reply.Body;
            }

            if (reply.Status != ReplyStatus.Overloaded || attempt == AttemptsMax)
            {
                throw new ExchangeFailedException($"{node} answered {verb} with {reply.Status}.");
            }
        }
    }
}

/// <summary>An exchange cannot go on now. Nothing is lost: the next one begins anew.</summary>
public sealed class ExchangeFailedException(string message) : Exception(message);
