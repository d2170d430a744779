using Coterie.Cluster.Transport;

namespace Coterie.Server.Limit;

/// <summary>A replica that answers at once and always the same.</summary>
internal sealed class LimitHandler(byte[] answer) : IRequestHandler
{
    public void Handle(in Request request) => request.Reply.Send(ReplyStatus.Ok, answer);
}
