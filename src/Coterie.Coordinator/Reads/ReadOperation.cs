using System.Buffers;
using System.Threading.Tasks.Sources;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Pooling;
using Coterie.Model.Quorum;
using Coterie.Model.Reads;
using Coterie.Model.Schema;
using Coterie.Model.Wire;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// One step of a read under way: sends what the core asks for, receives the replies, and is what the caller awaits. Pooled.
/// </summary>
/// <remarks>
/// A reply is known by its slot: twice the replica's index, plus one if it was asked for data. As with writes it outlives its answer: one hold
/// for every message sent, one for the caller, one for the sending itself.
/// </remarks>
internal sealed class ReadOperation : IReplySink, IValueTaskSource<ReadStep>
{
    private readonly ReadSteps _owner;
    private readonly ReadCore _core = new();
    private readonly Lock _lock = new();
    private readonly PooledBuffer _dataRequest = new();
    private readonly PooledBuffer _digestRequest = new();
    private ManualResetValueTaskSourceCore<ReadStep> _completion;
    private bool[] _alive = [];
    private int[] _ranked = [];
    private long[] _askedAt = [];
    private byte[]?[] _rows = [];
    private ReplicaSet _replicas = ReplicaSet.Empty;
    private ReadContext _context;
    private ReadCommand? _command;
    private ReadMode _mode;
    private long _started;
    private long _slowAt;
    private int _holds;
    private bool _answered;

    public ReadOperation(ReadSteps owner, bool runContinuationsAsynchronously)
    {
        _owner = owner;
        _completion.RunContinuationsAsynchronously = runContinuationsAsynchronously;
    }

    /// <param name="known">For a comparison of rows: who takes part before others, with the rows that some have sent already.</param>
    public ValueTask<ReadStep> Start(ReadCommand command, ReplicaSet replicas, in ReadContext context, ReadMode mode, IReadOnlyList<Participant>? known)
    {
        _replicas = replicas;
        _context = context;
        _command = command;
        _mode = mode;
        _started = _owner.Time.GetTimestamp();
        Fit(replicas.Count);
        var ranked = LookWhoIsAlive(known);
        var requirement = mode == ReadMode.RowsOfAll ? new ReplicaRequirement(RequirementScope.Anywhere, Math.Max(1, ranked.Length)) : context.Requirement;
        if (!_core.Begin(replicas, context.Keyspace.Replication, requirement, _alive.AsSpan(0, replicas.Count), ranked, mode))
        {
            var step = new ReadStep(ReadVerdict.Failed, _core.Outcome, null, null);
            Release();
            return new ValueTask<ReadStep>(step);
        }

        Encode(command, withNewest: context.Vote is not null);
        _holds = 2;
        var answer = new ValueTask<ReadStep>(this, _completion.Version);
        lock (_lock)
        {
            Have(known);
            _core.Start(oneMore: context.Table.Options.SpeculativeRetry.Kind == SpeculativeRetryKind.Always);
            var slowAfter = _owner.Speculation.SlowAfter(context.Table, context.Timeout);
            _slowAt = slowAfter is { } after ? _started + (long)(after.TotalSeconds * _owner.Time.TimestampFrequency) : 0;
        }

        Advance();
        LetGo();
        return answer;
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        var replica = slot >> 1;
        var now = _owner.Time.GetTimestamp();
        var elapsed = _owner.Time.GetElapsedTime(Volatile.Read(ref _askedAt[replica]), now);
        _owner.Latencies.Of(_replicas.Nodes[replica]).Answered(elapsed, now, failed: status != ReplyStatus.Ok);
        lock (_lock)
        {
            Take(replica, isData: (slot & 1) != 0, status, body, elapsed);
        }

        Advance();
        LetGo();
    }

    /// <summary>Called by the ticker, for any operation at any time: it knows itself whether it is a read that is slow.</summary>
    public void OnTick(long now)
    {
        var slowAt = Volatile.Read(ref _slowAt);
        if (slowAt == 0 || now < slowAt)
        {
            return;
        }

        lock (_lock)
        {
            // Between the look and the lock it may have ended, and begun again as another read. While it is pending, the caller's hold keeps it.
            if (_slowAt == 0 || now < _slowAt || _answered)
            {
                return;
            }

            _slowAt = 0;
            if (!_core.OnSlow())
            {
                return;
            }

            Interlocked.Increment(ref _holds);
        }

        _owner.Counters.Speculated();
        Advance();
        LetGo();
    }

    public ReadStep GetResult(short token)
    {
        var result = _completion.GetResult(token);
        LetGo();
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private void Fit(int replicas)
    {
        if (_alive.Length < replicas)
        {
            var size = Math.Max(replicas, 8);
            _alive = new bool[size];
            _ranked = new int[size];
            _askedAt = new long[size];
            _rows = new byte[]?[size];
        }
    }

    /// <summary>The slots of those alive, best first; but before them those who are known to take part.</summary>
    private ReadOnlySpan<int> LookWhoIsAlive(IReadOnlyList<Participant>? known)
    {
        _context.Vote?.Begin(_replicas);
        var alive = _alive.AsSpan(0, _replicas.Count);
        for (var slot = 0; slot < alive.Length; slot++)
        {
            alive[slot] = _owner.Liveness.IsAlive(_replicas.Nodes[slot]);
        }

        var count = 0;
        foreach (var participant in known ?? [])
        {
            _ranked[count++] = participant.Slot;
            alive[participant.Slot] = false;
        }

        count += _owner.Latencies.Rank(_replicas, alive, _ranked.AsSpan(count));
        foreach (var participant in known ?? [])
        {
            alive[participant.Slot] = true;
        }

        return _ranked.AsSpan(0, count);
    }

    private void Encode(ReadCommand command, bool withNewest)
    {
        _dataRequest.WriteByte((byte)ReadRequestHead.Data);
        command.Encode(_dataRequest);
        _digestRequest.WriteByte((byte)(ReadRequestHead.Digest | (withNewest ? ReadRequestHead.WithNewest : 0)));
        _digestRequest.Write(_dataRequest.Span[1..]);
    }

    private void Have(IReadOnlyList<Participant>? known)
    {
        foreach (var participant in known ?? [])
        {
            if (participant.Rows is not null)
            {
                _rows[participant.Slot] = participant.Rows;
                _core.Have(participant.Slot);
            }
        }
    }

    private void Take(int replica, bool isData, ReplyStatus status, ReadOnlySpan<byte> body, TimeSpan elapsed)
    {
        if (status != ReplyStatus.Ok)
        {
            _core.OnLost(replica, isData, status);
            return;
        }

        try
        {
            var hash = !isData ? ReadDigest.Decode(body).Hash : _core.ComparesAnswers ? ReadDigest.HashOf(ReadReply.ResponseOf(body)) : default;
            _context.Vote?.Answered(_replicas.Nodes[replica], elapsed, isData, body.ToArray());
            if (isData && !_answered)
            {
                _rows[replica] = body.ToArray();
            }

            _core.OnAnswer(replica, isData, hash);
        }
        catch (MalformedDataException)
        {
            _owner.Counters.MalformedReply();
            _core.OnLost(replica, isData, ReplyStatus.Failed);
        }
    }

    /// <summary>Sends what the core asks for now, and answers the caller when it has decided.</summary>
    private void Advance()
    {
        while (true)
        {
            bool hasAsk;
            Ask ask;
            var decided = false;
            ReadStep step = default;
            lock (_lock)
            {
                hasAsk = _core.TryTake(out ask);
                if (hasAsk)
                {
                    Interlocked.Increment(ref _holds);
                }
                else if (!_answered && _core.Verdict != ReadVerdict.Pending)
                {
                    decided = _answered = true;
                    _slowAt = 0;
                    step = MakeStep();
                }
            }

            if (hasAsk)
            {
                Send(ask);
                continue;
            }

            if (decided)
            {
                Answer(step);
            }

            return;
        }
    }

    private void Send(Ask ask)
    {
        var node = _replicas.Nodes[ask.Slot];
        var now = _owner.Time.GetTimestamp();
        var timeout = _owner.Time.GetElapsedTime(now, _context.Deadline);
        Volatile.Write(ref _askedAt[ask.Slot], now);
        _owner.Latencies.Of(node).Asked();
        _context.Vote?.Asked(node, ask.ForData);
        var slot = (ask.Slot << 1) | (ask.ForData ? 1 : 0);
        if (timeout <= TimeSpan.Zero)
        {
            OnReply(slot, ReplyStatus.Timeout, []);
        }
        else
        {
            _owner.Messenger.Send(node, Verb.Read, ask.ForData ? _dataRequest.Span : _digestRequest.Span, timeout, this, slot);
        }
    }

    private void Answer(in ReadStep step)
    {
        if (step.Verdict != ReadVerdict.Failed && _mode is ReadMode.Digests or ReadMode.DigestsOfAll)
        {
            _owner.Speculation.Of(_context.Table.StorageId).Record(_owner.Time.GetElapsedTime(_started));
        }

        _completion.SetResult(step);
    }

    private ReadStep MakeStep()
    {
        var verdict = _core.Verdict;
        return _mode is ReadMode.Rows or ReadMode.RowsOfAll || verdict == ReadVerdict.Disagreed
            ? new ReadStep(verdict, _core.Outcome, null, Participants())
            : new ReadStep(verdict, _core.Outcome, verdict == ReadVerdict.Agreed ? _rows[_core.DataSlot] : null, null);
    }

    private List<Participant> Participants()
    {
        var participants = new List<Participant>();
        for (var slot = 0; slot < _replicas.Count; slot++)
        {
            if (_core.HasAnswered(slot))
            {
                participants.Add(new Participant(slot, _rows[slot]));
            }
        }

        return participants;
    }

    private void LetGo()
    {
        var left = Interlocked.Decrement(ref _holds);
        Check.That(left >= 0);
        if (left > 0)
        {
            return;
        }

        // ASYNC: the answer was given at R; a replica that differs may have been heard of only now.
        if (_mode == ReadMode.DigestsOfAll && _core.Verdict == ReadVerdict.Agreed && _core.AnyDifference && _command is { } command)
        {
            _owner.RepairInBackground(command, _replicas, _context);
        }

        _completion.Reset();
        Release();
    }

    private void Release()
    {
        _dataRequest.Clear();
        _digestRequest.Clear();
        Array.Clear(_rows);
        _replicas = ReplicaSet.Empty;
        _context = default;
        _command = null;
        _answered = false;
        _owner.Return(this);
    }
}
