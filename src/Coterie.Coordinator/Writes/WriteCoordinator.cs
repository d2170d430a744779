using Coterie.Cluster.Membership;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Hints;
using Coterie.Model;
using Coterie.Model.Pooling;

namespace Coterie.Coordinator.Writes;

/// <summary>
/// Sends a mutation to all replicas that are alive and answers at W (hot path: no allocation once its pool is warm). Holds no more writes
/// than its options say; the next is refused before anything is sent.
/// </summary>
public sealed class WriteCoordinator : IWriteCoordinator
{
    private readonly ReplicaMaps _maps;
    private readonly CoordinatorOptions _options;
    private readonly CoordinatorCounters _counters;
    private readonly BoundedPool<WriteOperation> _pool;
    private int _unanswered;
    private int _held;
    private long _heldBytes;

    public WriteCoordinator(
        IMessenger messenger, ReplicaMaps maps, ILiveness liveness, HintKeeper hints, TimeProvider time, CoordinatorCounters counters, CoordinatorOptions options)
    {
        Hints = hints;
        Messenger = messenger;
        Liveness = liveness;
        Time = time;
        _maps = maps;
        _counters = counters;
        _options = options;
        _pool = new BoundedPool<WriteOperation>(options.WritesInFlightMax, () => new WriteOperation(this, options.RunContinuationsAsynchronously));
    }

    internal IMessenger Messenger { get; }

    internal HintKeeper Hints { get; }

    internal ILiveness Liveness { get; }

    internal TimeProvider Time { get; }

    /// <summary>Writes whose client waits for an answer.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>
    /// Writes whose last reply has not come yet: more than wait for an answer, and many more while a replica is stalled and not yet known to
    /// be. They have a limit of their own, so that a stalled replica does not fail writes that the others answer.
    /// </summary>
    public int Held => Volatile.Read(ref _held);

    public ValueTask<WriteOutcome> WriteAsync(WriteRequest request)
    {
        var replicas = _maps.For(request.Keyspace.Name)?.Lookup(request.Token) ?? ReplicaSet.Empty;
        if (!TryEnter())
        {
            _counters.WriteEnded(RequestResult.Overloaded);
            return new ValueTask<WriteOutcome>(new WriteOutcome(new RequestOutcome(RequestResult.Overloaded, request.Requirement.Count, 0, 0, false), null));
        }

        return _pool.Rent().Start(replicas, request);
    }

    /// <summary>The client is answered. Replies may still come.</summary>
    internal void Answered(RequestResult result)
    {
        Interlocked.Decrement(ref _unanswered);
        _counters.WriteEnded(result);
    }

    internal void Return(WriteOperation operation)
    {
        Interlocked.Decrement(ref _held);
        _pool.Return(operation);
    }

    internal void Missed() => _counters.MutationMissed();

    /// <summary>What was missed is not there any more to be kept.</summary>
    internal void NoHint() => Hints.Counters.HintDropped(Hints.Options.Window <= TimeSpan.Zero ? HintDrop.Off : HintDrop.Overloaded);

    /// <summary>Room for a copy of so many bytes, to make hints of. None is needed where there are none.</summary>
    internal bool TryHold(int bytes)
    {
        if (Hints.Options.Window <= TimeSpan.Zero)
        {
            return false;
        }

        if (Interlocked.Add(ref _heldBytes, bytes) <= Limits.MutationsHeldBytesMax)
        {
            return true;
        }

        Unhold(bytes);
        return false;
    }

    internal void Unhold(int bytes) => Interlocked.Add(ref _heldBytes, -bytes);

    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _unanswered) > _options.WritesInFlightMax)
        {
            Interlocked.Decrement(ref _unanswered);
            return false;
        }

        if (Interlocked.Increment(ref _held) > _options.WritesHeldMax)
        {
            Interlocked.Decrement(ref _held);
            Interlocked.Decrement(ref _unanswered);
            return false;
        }

        return true;
    }
}
