namespace Coterie.Cluster.Transport;

/// <summary>
/// This node as its own peer: the handler is called at once, and its answer goes straight to who waits. The same promises as a connection:
/// one answer, at the latest at the deadline, even if the handler never answers.
/// </summary>
internal sealed class LocalLink(TransportContext context, RequestDispatcher dispatcher) : IReplyChannel
{
    private readonly PendingRequests _pending = new(context.Options.InFlightMax);

    public int InFlight => _pending.Count;

    public void Send(Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot, long now)
    {
        var deadline = context.Clock.After(now, timeout);
        switch (_pending.TryAdd(sink, slot, deadline, out var id))
        {
            case AppendResult.Appended:
                dispatcher.Dispatch(new Request(context.Self, verb, body, deadline, new ReplyTo(this, id)));
                break;
            case AppendResult.Full:
                context.AnswerHere(sink, slot, ReplyStatus.Overloaded);
                break;
            default:
                context.AnswerHere(sink, slot, ReplyStatus.Unreachable);
                break;
        }
    }

    public void Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        if (_pending.TryTake(requestId, out var reply))
        {
            // What another node could not be sent is not given to this one either: what can be read must not depend on whom one asks.
            var fits = body.Length <= PeerFrame.BodyBytesMax;
            if (!fits)
            {
                context.Counters.RequestFailed();
            }

            context.Answer(reply, fits ? status : ReplyStatus.Failed, fits ? body : []);
        }
        else
        {
            context.Counters.LateReply();
        }
    }

    public void TakeExpired(long now, List<PendingReply> into) => _pending.TakeExpired(now, into);

    public void Close(List<PendingReply> into) => _pending.Close(into);
}
