using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>One connection that a peer has opened: its requests come in, answers go back.</summary>
internal sealed class IncomingConnection(
    TransportContext context,
    INetworkConnection connection,
    RequestDispatcher dispatcher,
    HeldRequests held,
    RefusalMemory refusals) : IReplyChannel, IFrameReceiver
{
    private readonly FrameWriter _writer = new(context.Clock, context.Counters, context.Options.QueuedBytesMax);
    private readonly TransitDelay _transit = new();

    public NodeId Peer { get; private set; }

    /// <summary>After a peer has shaken hands: it is up.</summary>
    public event Action<NodeId>? Greeted;

    public async Task RunAsync()
    {
        try
        {
            if (await ShakeHandsAsync())
            {
                Greeted?.Invoke(Peer);
                await ServeAsync();
            }
        }
        catch (BrokenInvariantException exception)
        {
            context.Broken(exception);
        }
        catch (MalformedDataException exception)
        {
            context.Counters.MalformedFrame();
            refusals.Malformed(connection.RemoteEndPoint, exception.Message);
        }
        catch (Exception)
        {
            // The edge of a connection: it has ended, and whoever sent the requests knows.
        }
        finally
        {
            _writer.Close();
            connection.Abort();
            await connection.DisposeAsync();
        }
    }

    public void Abort() => connection.Abort();

    public void Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        if (body.Length > PeerFrame.BodyBytesMax)
        {
            // Said here and not thrown: whoever answers may be on a thread that nothing must be thrown on.
            context.Counters.RequestFailed();
            status = ReplyStatus.Failed;
            body = [];
        }

        var result = Append(requestId, status, body);
        if (result == AppendResult.Full && body.Length > 0)
        {
            // There is no room for this answer: pages that came faster than they leave. That is no reason to take all the others with it.
            context.Counters.Ended(ReplyStatus.Overloaded);
            result = Append(requestId, ReplyStatus.Overloaded, []);
        }

        if (result == AppendResult.Full)
        {
            // Who asks and does not read its answers gets none: they would have to be kept, or lost in silence.
            context.Counters.Ended(ReplyStatus.Overloaded);
            connection.Abort();
        }
    }

    public void OnFrame(in PeerFrameHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Kind != PeerFrameKind.Request)
        {
            throw new MalformedDataException("An answer came on a connection that carries requests.");
        }

        var now = context.Clock.Now;
        var waited = _transit.Waited(header.SentAt, context.Clock.WireTime(now));
        if (waited >= header.TimeoutMilliseconds)
        {
            context.Counters.RequestExpired();
            return;
        }

        var deadline = context.Clock.After(now, TimeSpan.FromMilliseconds(header.TimeoutMilliseconds - waited));
        var request = new Request(Peer, (Verb)header.Code, body, deadline, new ReplyTo(this, header.RequestId));
        if (header.Epoch > context.Gate.Current)
        {
            Behind(request, header.Epoch);
            return;
        }

        dispatcher.Dispatch(request);
    }

    private AppendResult Append(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body) => _writer.TryAppend(
        new PeerFrameHeader(PeerFrameKind.Reply, (byte)status, requestId, context.Gate.Current, 0, 0), body, context.Clock.Now);

    private void Behind(in Request request, Epoch epoch)
    {
        if (VerbClass.PassesEpochGate(request.Verb))
        {
            dispatcher.Dispatch(request);
            if (epoch > context.Gate.Current)
            {
                held.Seen(Peer, epoch);
            }
        }
        else if (!held.TryHold(request, epoch))
        {
            context.Counters.Ended(ReplyStatus.Overloaded);
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
    }

    private async Task<bool> ShakeHandsAsync()
    {
        using var deadline = new CancellationTokenSource(context.Options.HandshakeTimeout, context.Time);
        using var abort = deadline.Token.Register(static state => ((INetworkConnection)state!).Abort(), connection);
        var theirs = await Handshake.ReceiveAsync(connection.Input, deadline.Token);
        var ours = context.OwnHandshake(theirs.Class, HandshakeRefusal.None);
        var refusal = Handshake.Judge(ours, theirs, null, context.Options.ClockSkewMax);
        Peer = theirs.NodeId;
        _transit.Waited(theirs.SentAt, ours.SentAt);
        await (ours with { Refusal = refusal }).SendAsync(connection.Output, deadline.Token);
        if (refusal != HandshakeRefusal.None)
        {
            context.Counters.Refused();
            refusals.Refused(connection.RemoteEndPoint, refusal, theirs, Handshake.Skew(ours, theirs));
            await connection.Output.CompleteAsync();
        }

        return refusal == HandshakeRefusal.None;
    }

    private async Task ServeAsync()
    {
        var flusher = FlushAsync();
        try
        {
            await FrameReader.RunAsync(connection.Input, this, context.Counters);
        }
        finally
        {
            _writer.Close();
            connection.Abort();
            await flusher;
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            await _writer.RunAsync(connection.Output);
        }
        catch (Exception exception) when (exception is not BrokenInvariantException)
        {
            // The reading side sees the same end.
            _writer.Close();
        }

        connection.Abort();
    }
}
