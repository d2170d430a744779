using Coterie.Cluster.Membership;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Reads.Ranking;
using Coterie.Model.Ids;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;

namespace Coterie.Coordinator.Reads;

/// <summary>Asks the replicas of one range once, and keeps what all such steps share: the pool, the ticker, what is known of latencies.</summary>
internal sealed class ReadSteps : IDisposable
{
    private readonly CoordinatorOptions _options;
    private readonly BoundedPool<ReadOperation> _pool;
    private readonly ReadTicker _ticker;
    private int _held;

    public ReadSteps(
        IMessenger messenger, ILiveness liveness, TimeProvider time, NodeId local, CoordinatorCounters counters, CoordinatorOptions options)
    {
        Messenger = messenger;
        Liveness = liveness;
        Time = time;
        Counters = counters;
        Latencies = new ReplicaLatencies(local, time);
        _options = options;
        _ticker = new ReadTicker(time, options.SpeculationTick);
        _pool = new BoundedPool<ReadOperation>(options.ReadsHeldMax, Create);
    }

    public IMessenger Messenger { get; }

    public ILiveness Liveness { get; }

    public TimeProvider Time { get; }

    public CoordinatorCounters Counters { get; }

    public ReplicaLatencies Latencies { get; }

    public SpeculationPolicy Speculation { get; } = new();

    /// <summary>Called when replicas of a read_repair = ASYNC read differ, after the last of them has answered.</summary>
    public Action<ReadCommand, ReplicaSet, ReadContext>? DifferenceFound { get; set; }

    public ValueTask<ReadStep> AskAsync(
        ReadCommand command, ReplicaSet replicas, in ReadContext context, ReadMode mode, IReadOnlyList<Participant>? known = null)
    {
        if (Interlocked.Increment(ref _held) > _options.ReadsHeldMax)
        {
            Interlocked.Decrement(ref _held);
            var outcome = new RequestOutcome(RequestResult.Overloaded, context.Requirement.Count, 0, 0, DataPresent: false);
            return new ValueTask<ReadStep>(new ReadStep(ReadVerdict.Failed, outcome, null, null));
        }

        _ticker.ReadBegins();
        return _pool.Rent().Start(command, replicas, context, mode, known);
    }

    /// <summary>The timestamp at which so much time will have passed.</summary>
    public long DeadlineAfter(TimeSpan timeout) => Time.GetTimestamp() + (long)(timeout.TotalSeconds * Time.TimestampFrequency);

    public void Dispose() => _ticker.Dispose();

    internal void Return(ReadOperation operation)
    {
        Interlocked.Decrement(ref _held);
        _ticker.ReadEnds();
        _pool.Return(operation);
    }

    internal void RepairInBackground(ReadCommand command, ReplicaSet replicas, in ReadContext context) =>
        DifferenceFound?.Invoke(command, replicas, context);

    private ReadOperation Create()
    {
        var operation = new ReadOperation(this, _options.RunContinuationsAsynchronously);
        _ticker.Add(operation);
        return operation;
    }
}
