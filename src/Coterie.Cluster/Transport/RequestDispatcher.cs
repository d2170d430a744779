using Coterie.Model;

namespace Coterie.Cluster.Transport;

/// <summary>Hands requests to the handlers of their verbs, whether they came by a connection or from this node itself.</summary>
internal sealed class RequestDispatcher(TransportContext context)
{
    private readonly IRequestHandler?[] _handlers = new IRequestHandler?[256];

    public void Register(Verb verb, IRequestHandler handler)
    {
        Check.That(_handlers[(int)verb] is null, "one handler for each verb");
        _handlers[(int)verb] = handler;
    }

    public void Dispatch(in Request request)
    {
        if (context.Clock.Now >= request.Deadline)
        {
            context.Counters.RequestExpired();
            return;
        }

        if (_handlers[(int)request.Verb] is not { } handler)
        {
            Fail(request);
            return;
        }

        try
        {
            handler.Handle(request);
        }
        catch (BrokenInvariantException exception)
        {
            context.Broken(exception);
        }
        catch (Exception exception) when (exception is MalformedDataException or BrokenRequestException)
        {
            Fail(request);
        }
        catch (Exception exception)
        {
            TransportLog.HandlerFailed(context.Logger, exception, request.Verb);
            Fail(request);
        }
    }

    private void Fail(in Request request)
    {
        context.Counters.RequestFailed();
        request.Reply.Send(ReplyStatus.Failed, []);
    }
}
