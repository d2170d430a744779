using Coterie.Cluster.Membership;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Pooling;

namespace Coterie.Coordinator.Hints;

/// <summary>
/// Keeps what replicas have missed: asks the ledger, and sends the hint to this node's own store. Never waits and never throws; what there is no
/// room for is dropped and counted.
/// </summary>
/// <remarks>
/// A place is given out and the hint sent under one lock, so that hints become visible in the order of their places: the replay forgets up to a place
/// that it has seen, and nothing may turn up below it later. Replies may come while the lock is held, on the same thread; never does this class
/// call a sink of another thread's while it holds it.
/// </remarks>
public sealed class HintKeeper : IDisposable
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(10);

    private readonly IMessenger _messenger;
    private readonly ILiveness _liveness;
    private readonly TimeProvider _time;
    private readonly NodeId _self;
    private readonly HintLedger _ledger;
    private readonly BoundedPool<PendingHint> _pool;
    private readonly Lock _lock = new();
    private long _storing;
    private long _storingBytes;

    public HintKeeper(IMessenger messenger, ILiveness liveness, TimeProvider time, NodeId self, HintOptions options, HintCounters counters)
    {
        _messenger = messenger;
        _liveness = liveness;
        _time = time;
        _self = self;
        Options = options;
        Counters = counters;
        _ledger = new HintLedger(options);
        _pool = new BoundedPool<PendingHint>(Limits.HintsStoringMax, () => new PendingHint(this));
        liveness.Changed += OnLiveness;
    }

    public HintOptions Options { get; }

    public HintCounters Counters { get; }

    /// <summary>Hints on their way to the disk.</summary>
    public long Storing => Interlocked.Read(ref _storing);

    /// <summary>Raised when there may be something to replay: a replica is back, or one that is alive has missed something.</summary>
    internal event Action? Work;

    /// <summary>What waits for whom.</summary>
    public List<HintsWaiting> Waiting()
    {
        lock (_lock)
        {
            return _ledger.Waiting();
        }
    }

    /// <summary>Learns what the store has. Before that nobody may be served.</summary>
    /// <exception cref="IOException">The store does not tell.</exception>
    public async Task LoadAsync(TimeSpan timeout)
    {
        var (_, status, body) = await _messenger.AskAsync(_self, Verb.HintRead, HintReadRequest.Summary.Encode(), timeout, CancellationToken.None);
        if (status != ReplyStatus.Ok)
        {
            throw new IOException($"The hints that are kept here could not be counted: {status}");
        }

        lock (_lock)
        {
            _ledger.Load(HintsOfTarget.Decode(body));
        }

        Work?.Invoke();
    }

    public void Dispose() => _liveness.Changed -= OnLiveness;

    /// <summary>
    /// The replica has missed the mutation. True: a hint is on its way, and the sink, if there is one, will be told whether it became durable. False:
    /// there will be none, and the sink is not told.
    /// </summary>
    /// <param name="mutation">Copied before this returns.</param>
    internal bool Keep(NodeId target, ReadOnlySpan<byte> mutation, IHintSink? sink)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var alive = _liveness.IsAlive(target);
        var hint = TryReserve(mutation.Length) ? _pool.Rent() : null;
        HintDrop? drop = HintDrop.Overloaded;
        if (hint is not null)
        {
            lock (_lock)
            {
                if (!alive)
                {
                    _ledger.Down(target, now);
                }

                drop = _ledger.TryTake(target, mutation.Length + HintRecord.OverheadBytes, new MutationReader(mutation).Formed.Milliseconds, now, out var sequence);
                if (drop is null)
                {
                    hint.Begin(target, sequence, mutation, sink, alive);
                    _messenger.Send(_self, Verb.HintStore, hint.Request, StoreTimeout, hint, 0);
                }
            }
        }

        if (drop is not { } reason)
        {
            return true;
        }

        if (hint is not null)
        {
            Unreserve(mutation.Length);
            _pool.Return(hint);
        }

        Counters.HintDropped(reason);
        return false;
    }

    /// <summary>The last place that was given out.</summary>
    internal ulong LastPlace
    {
        get
        {
            lock (_lock)
            {
                return _ledger.LastPlace;
            }
        }
    }

    internal bool IsTooOld(long formed) => _ledger.IsTooOld(formed, _time.GetUtcNow().ToUnixTimeMilliseconds());

    internal void Forgotten(NodeId target, long count, long bytes, long? oldestLeft)
    {
        lock (_lock)
        {
            _ledger.Remove(target, count, bytes);
            if (oldestLeft is { } formed)
            {
                _ledger.OldestIs(target, formed);
            }
        }
    }

    /// <summary>The store has nothing of the target. Returns how many had been counted, unless some are on their way.</summary>
    internal long FoundNothing(NodeId target)
    {
        lock (_lock)
        {
            return Storing == 0 ? _ledger.Clear(target) : 0;
        }
    }

    private void Stored(PendingHint hint, ReplyStatus status)
    {
        var (target, bytes, sink, alive) = (hint.Target, hint.MutationBytes, hint.Sink, hint.TargetIsAlive);
        if (status == ReplyStatus.Ok)
        {
            Counters.HintStored();
        }
        else
        {
            Counters.HintDropped(status == ReplyStatus.Overloaded ? HintDrop.Overloaded : HintDrop.Failed);

            // After a time-out it may be there all the same: then it stays counted until a replay has looked.
            if (status != ReplyStatus.Timeout)
            {
                lock (_lock)
                {
                    _ledger.Remove(target, 1, bytes + HintRecord.OverheadBytes);
                }
            }
        }

        Unreserve(bytes);
        hint.Clear();
        _pool.Return(hint);
        sink?.OnHint(status == ReplyStatus.Ok);
        if (alive && status == ReplyStatus.Ok)
        {
            Work?.Invoke();
        }
    }

    private void OnLiveness(NodeId node, bool alive)
    {
        lock (_lock)
        {
            if (alive)
            {
                _ledger.Up(node);
            }
            else
            {
                _ledger.Down(node, _time.GetUtcNow().ToUnixTimeMilliseconds());
            }
        }

        if (alive)
        {
            Work?.Invoke();
        }
    }

    private bool TryReserve(int bytes)
    {
        if (Interlocked.Increment(ref _storing) <= Limits.HintsStoringMax)
        {
            // One that is larger than all the room is let through alone: it is within its own limit.
            var all = Interlocked.Add(ref _storingBytes, bytes);
            if (all <= Limits.HintsStoringBytesMax || all == bytes)
            {
                return true;
            }

            Interlocked.Add(ref _storingBytes, -bytes);
        }

        Interlocked.Decrement(ref _storing);
        return false;
    }

    private void Unreserve(int bytes)
    {
        Interlocked.Add(ref _storingBytes, -bytes);
        Interlocked.Decrement(ref _storing);
    }

    /// <summary>One hint on its way to the disk.</summary>
    private sealed class PendingHint(HintKeeper owner) : IReplySink
    {
        private readonly PooledBuffer _request = new();

        public NodeId Target { get; private set; }

        public int MutationBytes { get; private set; }

        public IHintSink? Sink { get; private set; }

        public bool TargetIsAlive { get; private set; }

        public ReadOnlySpan<byte> Request => _request.Span;

        public void Begin(NodeId target, ulong sequence, ReadOnlySpan<byte> mutation, IHintSink? sink, bool targetIsAlive)
        {
            (Target, MutationBytes, Sink, TargetIsAlive) = (target, mutation.Length, sink, targetIsAlive);
            HintRecord.Write(_request, target, sequence, mutation);
        }

        public void Clear()
        {
            _request.Clear();
            Sink = null;
        }

        public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body) => owner.Stored(this, status);
    }
}
