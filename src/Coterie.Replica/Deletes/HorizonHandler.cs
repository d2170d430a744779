using Coterie.Cluster.Transport;
using Coterie.Model.Deletes;

namespace Coterie.Replica.Deletes;

/// <summary>Takes over horizons that other replicas have. Done before it is answered, so that a read that follows on the same connection knows of it.</summary>
public sealed class HorizonHandler(Horizons horizons) : IRequestHandler
{
    public void Handle(in Request request)
    {
        var notice = HorizonNotice.Read(request.Body);
        horizons.Learn(notice.Table, notice.Token, notice.Horizon);
        request.Reply.Send(ReplyStatus.Ok, []);
    }
}
