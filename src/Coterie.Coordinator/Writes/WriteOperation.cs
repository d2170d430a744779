using System.Threading.Tasks.Sources;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;

namespace Coterie.Coordinator.Writes;

/// <summary>
/// One write under way: receives the replies, and is what the caller awaits. Pooled, so that a write costs no task.
/// </summary>
/// <remarks>
/// It outlives its answer, because late replies still come to it. It goes back to the pool when the last holder lets go: one hold for every
/// message sent, one for the caller, one for the sending itself, during which replies may already come.
/// </remarks>
internal sealed class WriteOperation : IReplySink, IValueTaskSource<WriteOutcome>
{
    private readonly WriteCoordinator _owner;
    private readonly WriteCore _core = new();
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<WriteOutcome> _completion;
    private bool[] _alive = [];
    private ReplicaSet _replicas = ReplicaSet.Empty;
    private WriteVote? _vote;
    private int _holds;

    public WriteOperation(WriteCoordinator owner, bool runContinuationsAsynchronously)
    {
        _owner = owner;
        _completion.RunContinuationsAsynchronously = runContinuationsAsynchronously;
    }

    public ValueTask<WriteOutcome> Start(ReplicaSet replicas, in WriteRequest request)
    {
        _replicas = replicas;
        var alive = LookWhoIsAlive(replicas);
        var begun = _core.Begin(replicas, request.Keyspace.Replication, request.Requirement, alive, _owner.Fault);
        if (!begun)
        {
            var outcome = new WriteOutcome(_core.Outcome, request.WantVote ? WriteVote.NotAsked(replicas, _core.Outcome.Required) : null);
            _owner.Answered(outcome.Outcome.Result);
            Release();
            return new ValueTask<WriteOutcome>(outcome);
        }

        _vote = request.WantVote ? new WriteVote(replicas, alive, _owner.Time) : null;
        _holds = 2 + Count(alive);
        var answer = new ValueTask<WriteOutcome>(this, _completion.Version);
        for (var slot = 0; slot < alive.Length; slot++)
        {
            if (alive[slot])
            {
                _owner.Messenger.Send(replicas.Nodes[slot], Verb.Mutate, request.Mutation.Span, request.Timeout, this, slot);
            }
            else
            {
                _owner.Missed();
            }
        }

        LetGo();
        return answer;
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        if (status != ReplyStatus.Ok)
        {
            _owner.Missed();
        }

        bool decided;
        WriteOutcome outcome = default;
        lock (_lock)
        {
            _vote?.Answered(slot, status);
            decided = _core.OnReply(slot, status);
            if (decided)
            {
                outcome = new WriteOutcome(_core.Outcome, _vote?.Cast(_core.Outcome.Required));
            }
        }

        if (decided)
        {
            _owner.Answered(outcome.Outcome.Result);
            _completion.SetResult(outcome);
        }

        LetGo();
    }

    public WriteOutcome GetResult(short token)
    {
        var result = _completion.GetResult(token);
        LetGo();
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private static int Count(ReadOnlySpan<bool> alive)
    {
        var count = 0;
        foreach (var one in alive)
        {
            count += one ? 1 : 0;
        }

        return count;
    }

    private ReadOnlySpan<bool> LookWhoIsAlive(ReplicaSet replicas)
    {
        if (_alive.Length < replicas.Count)
        {
            _alive = new bool[Math.Max(replicas.Count, 8)];
        }

        for (var slot = 0; slot < replicas.Count; slot++)
        {
            _alive[slot] = _owner.Liveness.IsAlive(replicas.Nodes[slot]);
        }

        return _alive.AsSpan(0, replicas.Count);
    }

    private void LetGo()
    {
        var left = Interlocked.Decrement(ref _holds);
        Check.That(left >= 0);
        if (left == 0)
        {
            _completion.Reset();
            Release();
        }
    }

    private void Release()
    {
        _vote = null;
        _replicas = ReplicaSet.Empty;
        _owner.Return(this);
    }
}
