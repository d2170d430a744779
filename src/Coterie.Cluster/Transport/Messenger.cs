using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// Sends requests to peers and brings back their answers; listens for those of others. The order of making: construct, register handlers,
/// start, send. Dispose answers everything that still waits.
/// </summary>
/// <remarks>
/// Where requests are sent from any thread: the tables of links are copied when they change, so a send reads them without a lock.
/// What happens per message allocates nothing: frames are copied into a buffer, waiters stand in a slab.
/// </remarks>
public sealed class Messenger : IMessenger, IPeerLinks, IAsyncDisposable
{
    private readonly TransportContext _context;
    private readonly RequestDispatcher _dispatcher;
    private readonly HeldRequests _held;
    private readonly LocalLink _local;
    private readonly LinkTable _links;
    private readonly RefusalMemory _refusals;
    private readonly List<PendingReply> _expired = [];
    private readonly ITimer _sweep;
    private readonly Lock _lock = new();
    private IAsyncDisposable? _listener;
    private int _sweepArmed;
    private int _incoming;
    private volatile bool _started;
    private bool _disposed;

    public Messenger(MessengerParts parts)
    {
        _context = new TransportContext(parts);
        _dispatcher = new RequestDispatcher(_context);
        _held = new HeldRequests(_context, _dispatcher);
        _local = new LocalLink(_context, _dispatcher);
        _links = new LinkTable(_context, _held, OnLost);
        _refusals = new RefusalMemory(parts.Logger);
        _sweep = parts.Time.CreateTimer(static state => ((Messenger)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public NodeId Self => _context.Self;

    public TransportCounters Counters => _context.Counters;

    /// <summary>After an established connection for requests has broken and its requests have been answered. Handlers must be short.</summary>
    public event Action<NodeId>? LinkLost;

    /// <summary>After a peer has connected to this node and shaken hands: it is up. Handlers must be short.</summary>
    public event Action<NodeId>? PeerGreeted;

    /// <summary>Before <see cref="StartAsync"/>.</summary>
    public void Register(Verb verb, IRequestHandler handler)
    {
        Check.That(!_started);
        _dispatcher.Register(verb, handler);
    }

    /// <summary>Listens, and lets requests out.</summary>
    /// <exception cref="IOException">The address cannot be bound; the message names it.</exception>
    public async Task StartAsync(IEpochGate gate, IAddressBook addresses, CancellationToken cancellationToken)
    {
        Check.That(!_started);
        _context.Gate = gate;
        _context.Addresses = addresses;
        _started = true;
        _listener = await _context.Network.ListenAsync(_context.Address, AcceptAsync, cancellationToken);
    }

    public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        var now = _context.Clock.Now;
        if (!_started || body.Length > PeerFrame.BodyBytesMax)
        {
            _context.AnswerHere(sink, slot, _started ? ReplyStatus.Overloaded : ReplyStatus.Unreachable);
        }
        else if (target == _context.Self)
        {
            _local.Send(verb, body, timeout, sink, slot, now);
            ArmSweep();
        }
        else if (_links.Find(target, VerbClass.Of(verb)) is { } link)
        {
            link.Send(verb, body, timeout, sink, slot, now);
            ArmSweep();
        }
        else
        {
            _context.AnswerHere(sink, slot, ReplyStatus.Unreachable);
        }
    }

    public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        if (target.Equals(_context.Address))
        {
            Send(_context.Self, verb, body, timeout, sink, slot);
        }
        else if (!_started || body.Length > PeerFrame.BodyBytesMax || _links.Find(target, VerbClass.Of(verb)) is not { } link)
        {
            _context.AnswerHere(sink, slot, _started ? ReplyStatus.Overloaded : ReplyStatus.Unreachable);
        }
        else
        {
            link.Send(verb, body, timeout, sink, slot, _context.Clock.Now);
            ArmSweep();
        }
    }

    /// <summary>Breaks what is open to the peer, so that everything in flight is answered and the next request connects anew.</summary>
    public void Abort(NodeId peer)
    {
        foreach (var link in _links.All)
        {
            if (link.Expected == peer)
            {
                link.Session?.Abort();
            }
        }
    }

    /// <summary>There is reason to believe that the peer is back: the next request to it need not wait out a pause.</summary>
    public void Forgive(NodeId peer)
    {
        foreach (var link in _links.All)
        {
            if (link.Expected == peer)
            {
                link.Forgive();
            }
        }
    }

    public IReadOnlyList<PeerSnapshot> Peers()
    {
        var snapshots = new List<PeerSnapshot>();
        foreach (var link in _links.All)
        {
            var session = link.Session;
            var connected = session is { IsEstablished: true };
            snapshots.Add(new PeerSnapshot(
                link.Expected ?? (connected ? session!.Peer : null),
                link.Remote,
                link.Class,
                connected,
                connected ? session!.Skew : null,
                session?.InFlight ?? 0,
                session?.QueuedBytes ?? 0,
                link.Failures));
        }

        return snapshots;
    }

    /// <summary>Requests of this node that wait for an answer.</summary>
    public int InFlight
    {
        get
        {
            var count = _local.InFlight;
            foreach (var link in _links.All)
            {
                count += link.Session?.InFlight ?? 0;
            }

            return count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        if (_listener is { } listener)
        {
            await listener.DisposeAsync();
        }

        await _links.StopAsync();
        var unanswered = new List<PendingReply>();
        _local.Close(unanswered);
        foreach (var reply in unanswered)
        {
            _context.Answer(reply, ReplyStatus.Lost, []);
        }

        await _held.StopAsync();
        await _sweep.DisposeAsync();
    }

    private async Task AcceptAsync(INetworkConnection connection)
    {
        if (Interlocked.Increment(ref _incoming) > _context.Options.IncomingMax)
        {
            _context.Counters.Refused();
            connection.Abort();
            await connection.DisposeAsync();
        }
        else
        {
            var incoming = new IncomingConnection(_context, connection, _dispatcher, _held, _refusals);
            incoming.Greeted += OnGreeted;
            await incoming.RunAsync();
        }

        Interlocked.Decrement(ref _incoming);
    }

    private void OnGreeted(NodeId peer)
    {
        Forgive(peer);
        PeerGreeted?.Invoke(peer);
    }

    private void OnLost(PeerLink link, PeerSession session)
    {
        if (link.Class == ConnectionClass.Requests && !Volatile.Read(ref _disposed))
        {
            LinkLost?.Invoke(session.Peer);
        }
    }

    /// <summary>
    /// One timer, running only while something is pending: set at most once per interval, whatever is sent. Called after the request has been
    /// entered: either this sees that no sweep is coming, or the sweep that is ending sees the request.
    /// </summary>
    private void ArmSweep()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sweepArmed) == 0 && Interlocked.Exchange(ref _sweepArmed, 1) == 0)
        {
            _sweep.Change(_context.Options.SweepInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        var now = _context.Clock.Now;
        _local.TakeExpired(now, _expired);
        foreach (var link in _links.All)
        {
            link.Session?.TakeExpired(now, _expired);
        }

        foreach (var reply in _expired)
        {
            _context.Counters.Ended(ReplyStatus.Timeout);
            _context.Answer(reply, ReplyStatus.Timeout, []);
        }

        _expired.Clear();
        Interlocked.Exchange(ref _sweepArmed, 0);
        if (InFlight > 0)
        {
            ArmSweep();
        }
    }
}
