using System.Net;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// One attempt to have a connection to a peer, from connecting to its end: requests go out, answers come back. Requests may be sent
/// before it is established; they wait in the writer and go out after the handshake, or fail with it.
/// </summary>
/// <remarks>Invariant: when <see cref="RunAsync"/> has ended, every request that was sent through it has been answered.</remarks>
internal sealed class PeerSession(TransportContext context, PeerLink link, IPEndPoint remote, HeldRequests held) : IFrameReceiver
{
    private readonly FrameWriter _writer = new(context.Clock, context.Counters, context.Options.QueuedBytesMax);
    private readonly PendingRequests _pending = new(context.Options.InFlightMax);
    private CancellationTokenSource? _connecting;
    private INetworkConnection? _connection;
    private volatile bool _aborted;

    public bool IsEstablished { get; private set; }

    /// <summary>Who is there; known once established.</summary>
    public NodeId Peer { get; private set; }

    /// <summary>How far its wall clock was ahead at the handshake.</summary>
    public TimeSpan Skew { get; private set; }

    public IPEndPoint Remote => remote;

    public int InFlight => _pending.Count;

    public int QueuedBytes => _writer.QueuedBytes;

    public void Send(Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot, long now)
    {
        var result = _pending.TryAdd(sink, slot, context.Clock.After(now, timeout), out var id);
        if (result == AppendResult.Appended)
        {
            var milliseconds = (uint)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, uint.MaxValue);
            var header = new PeerFrameHeader(PeerFrameKind.Request, (byte)verb, id, context.Gate.Current, 0, milliseconds);
            result = _writer.TryAppend(header, body, now);
            if (result == AppendResult.Appended || !_pending.TryTake(id, out _))
            {
                return;
            }
        }

        context.AnswerHere(sink, slot, result == AppendResult.Full ? ReplyStatus.Overloaded : ReplyStatus.Unreachable);
    }

    public void TakeExpired(long now, List<PendingReply> into) => _pending.TakeExpired(now, into);

    /// <summary>Ends the session at once. Safe from any thread, any number of times.</summary>
    public void Abort()
    {
        _aborted = true;
        Volatile.Read(ref _connection)?.Abort();
        try
        {
            Volatile.Read(ref _connecting)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just got beyond connecting, and looks at the flag itself.
        }
    }

    public async Task RunAsync()
    {
        var refusal = HandshakeRefusal.None;
        var reason = "closed by the other side";
        try
        {
            refusal = await ConnectAsync();
            if (refusal == HandshakeRefusal.None)
            {
                await ServeAsync(_connection!);
            }
        }
        catch (BrokenInvariantException exception)
        {
            context.Broken(exception);
        }
        catch (Exception exception)
        {
            // The edge of a connection: whatever went wrong, it is over, and that is all anyone needs to know.
            if (exception is MalformedDataException)
            {
                context.Counters.MalformedFrame();
                refusal = IsEstablished ? refusal : HandshakeRefusal.Malformed;
            }

            reason = exception.Message;
        }

        await EndAsync(refusal, reason);
    }

    public void OnFrame(in PeerFrameHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Kind != PeerFrameKind.Reply)
        {
            throw new MalformedDataException("A request came on a connection that carries answers.");
        }

        if (header.Epoch > context.Gate.Current)
        {
            held.Seen(Peer, header.Epoch);
        }

        if (_pending.TryTake(header.RequestId, out var reply))
        {
            context.Answer(reply, (ReplyStatus)header.Code, body);
        }
        else
        {
            context.Counters.LateReply();
        }
    }

    private async Task<HandshakeRefusal> ConnectAsync()
    {
        using var deadline = new CancellationTokenSource(context.Options.ConnectTimeout, context.Time);
        var cancellation = deadline.Token;
        Volatile.Write(ref _connecting, deadline);
        ThrowIfAborted();
        var connection = await context.Network.ConnectAsync(new IPEndPoint(context.Address.Address, 0), remote, cancellation);
        Volatile.Write(ref _connection, connection);
        using var abort = cancellation.Register(static state => ((INetworkConnection)state!).Abort(), connection);
        ThrowIfAborted();

        var ours = context.OwnHandshake(link.Class, HandshakeRefusal.None);
        await ours.SendAsync(connection.Output, cancellation);
        var theirs = await Handshake.ReceiveAsync(connection.Input, cancellation);
        var refusal = Handshake.Judge(context.OwnHandshake(link.Class, HandshakeRefusal.None), theirs, link.Expected, context.Options.ClockSkewMax);
        var side = "this node";
        if (theirs.Refusal != HandshakeRefusal.None)
        {
            (refusal, side) = (theirs.Refusal, "the other");
        }

        Peer = theirs.NodeId;
        Skew = Handshake.Skew(context.OwnHandshake(link.Class, HandshakeRefusal.None), theirs);
        if (refusal != HandshakeRefusal.None)
        {
            link.Refused(refusal, side, theirs, Skew);
            return refusal;
        }

        cancellation.ThrowIfCancellationRequested();
        ThrowIfAborted();
        IsEstablished = true;
        context.Counters.ConnectionOpened();
        link.Established(this);
        return HandshakeRefusal.None;
    }

    private void ThrowIfAborted()
    {
        if (_aborted)
        {
            throw new IOException("ended by this node");
        }
    }

    private async Task ServeAsync(INetworkConnection connection)
    {
        var flusher = FlushAsync(connection);
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

    private async Task FlushAsync(INetworkConnection connection)
    {
        try
        {
            await _writer.RunAsync(connection.Output);
        }
        catch (Exception exception) when (exception is not BrokenInvariantException)
        {
            // The reading side sees the same end and reports it.
            _writer.Close();
        }

        connection.Abort();
    }

    /// <summary>The link forgets the session before its requests are answered, so that a retry does not meet it again.</summary>
    private async Task EndAsync(HandshakeRefusal refusal, string reason)
    {
        link.Ended(this, refusal, reason);
        _writer.Close();
        var unanswered = new List<PendingReply>();
        _pending.Close(unanswered);

        // Nothing is written before the connection is established.
        var status = IsEstablished ? ReplyStatus.Lost : ReplyStatus.Unreachable;
        foreach (var reply in unanswered)
        {
            context.Counters.Ended(status);
            context.Answer(reply, status, []);
        }

        link.EndedAndAnswered(this);
        if (_connection is { } connection)
        {
            connection.Abort();
            await connection.DisposeAsync();
        }
    }
}
