using System.Buffers;
using System.Threading.Tasks.Sources;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Hints;
using Coterie.Model;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;

namespace Coterie.Coordinator.Writes;

/// <summary>
/// One write under way: receives the replies, and is what the caller awaits. Pooled, so that a write costs no task.
/// </summary>
/// <remarks>
/// It outlives its answer, because late replies still come to it. It goes back to the pool when the last holder lets go: one hold for every
/// message sent, one for each hint that is waited for, one for the caller, one for the sending itself, during which replies may already come.
/// The mutation is the caller's until the caller is answered; it is copied then, if some replica may still fail and need a hint. Invariant: under the
/// lock, as long as a reply is outstanding, the mutation can be read, unless there was no room for the copy.
/// </remarks>
internal sealed class WriteOperation : IReplySink, IHintSink, IValueTaskSource<WriteOutcome>
{
    // What an operation in the pool may keep for its next copy: there are many of them.
    private const int KeptBytesMax = 1024;

    private readonly WriteCoordinator _owner;
    private readonly WriteCore _core = new();
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<WriteOutcome> _completion;
    private bool[] _alive = [];
    private ReplicaSet _replicas = ReplicaSet.Empty;
    private WriteVote? _vote;
    private readonly PooledBuffer _copy = new();
    private ReadOnlyMemory<byte> _mutation;
    private int _outstanding;
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
        var begun = _core.Begin(replicas, request.Keyspace.Replication, request.Requirement, alive);
        if (!begun)
        {
            var outcome = new WriteOutcome(_core.Outcome, request.WantVote ? WriteVote.NotAsked(replicas, _core.Outcome.Required) : null);
            _owner.Answered(outcome.Outcome.Result);
            Release();
            return new ValueTask<WriteOutcome>(outcome);
        }

        _vote = request.WantVote ? new WriteVote(replicas, alive, NewestTimestamp.OfMutation(request.Mutation.Span), _owner.Time) : null;
        _outstanding = Count(alive);
        _holds = 2 + _outstanding;
        _mutation = request.Mutation;
        var answer = new ValueTask<WriteOutcome>(this, _completion.Version);
        for (var slot = 0; slot < alive.Length; slot++)
        {
            if (alive[slot])
            {
                _owner.Messenger.Send(replicas.Nodes[slot], Verb.Mutate, request.Mutation.Span, request.Timeout, this, slot);
            }
            else
            {
                OnDead(slot, request.Mutation.Span);
            }
        }

        EndSending();
        LetGo();
        return answer;
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        bool decided;
        WriteOutcome outcome = default;
        lock (_lock)
        {
            if (status != ReplyStatus.Ok)
            {
                _owner.Missed();
                LeaveHint(slot, status);
            }

            _outstanding--;
            _vote?.Answered(slot, status);
            decided = _core.OnReply(slot, status);
            if (decided)
            {
                outcome = Decided();
            }
        }

        Answer(decided, outcome);
        LetGo();
    }

    /// <summary>At ANY: the end of a hint that was asked for.</summary>
    public void OnHint(bool durable)
    {
        bool decided;
        WriteOutcome outcome = default;
        lock (_lock)
        {
            decided = _core.OnHint(durable);
            if (decided)
            {
                outcome = Decided();
            }
        }

        Answer(decided, outcome);
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

    private void EndSending()
    {
        bool decided;
        WriteOutcome outcome = default;
        lock (_lock)
        {
            decided = _core.EndSending();
            if (decided)
            {
                outcome = Decided();
            }
        }

        Answer(decided, outcome);
    }

    private void OnDead(int slot, ReadOnlySpan<byte> mutation)
    {
        _owner.Missed();
        lock (_lock)
        {
            LeaveHint(slot, mutation);
        }
    }

    /// <summary>A dropped table needs no hint; anything else that is not an acknowledgement does. Under the lock.</summary>
    private void LeaveHint(int slot, ReplyStatus status)
    {
        if (status == ReplyStatus.Stale)
        {
            return;
        }

        if (_mutation.IsEmpty)
        {
            _owner.NoHint();
        }
        else
        {
            LeaveHint(slot, _mutation.Span);
        }
    }

    private void LeaveHint(int slot, ReadOnlySpan<byte> mutation)
    {
        var node = _replicas.Nodes[slot];
        if (!_core.WantsHints)
        {
            _owner.Hints.Keep(node, mutation, null);
            return;
        }

        // Before it is sent: its end may be told before this returns.
        _core.HintSent();
        Interlocked.Increment(ref _holds);
        if (!_owner.Hints.Keep(node, mutation, this))
        {
            _core.HintRefused();
            Interlocked.Decrement(ref _holds);
        }
    }

    /// <summary>Under the lock, before the caller is answered: from then on its bytes are not there any more.</summary>
    private WriteOutcome Decided()
    {
        if (_outstanding > 0 && _owner.TryHold(_mutation.Length))
        {
            _copy.Write(_mutation.Span);
            _mutation = _copy.Memory;
        }
        else
        {
            _mutation = default;
        }

        return new WriteOutcome(_core.Outcome, _vote?.Cast(_core.Outcome.Required));
    }

    private void Answer(bool decided, in WriteOutcome outcome)
    {
        if (decided)
        {
            _owner.Answered(outcome.Outcome.Result);
            _completion.SetResult(outcome);
        }
    }

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
        _mutation = default;
        if (_copy.Length > 0)
        {
            _owner.Unhold(_copy.Length);
            if (_copy.Length > KeptBytesMax)
            {
                _copy.Release();
            }

            _copy.Clear();
        }

        _owner.Return(this);
    }
}
