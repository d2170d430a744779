using System.Runtime.InteropServices;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Quorums;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// Decides a read of one range: whom to ask for data and whom for a digest, whom else when one fails or is slow, and when enough have answered
/// alike. Pure; reused from read to read. Order of calls: Begin, Have*, Start, then events; after each, take the asks and look at the verdict.
/// </summary>
/// <remarks>
/// Invariants: at most one outstanding request for data while none has come, unless the read is slow; a replica counts once, whatever it is asked;
/// Agreed means that every digest that had come by then was the data's.
/// </remarks>
internal sealed class ReadCore
{
    private readonly ResponseTally _tally = new();
    private readonly List<SlotState> _slots = [];
    private readonly List<int> _ranked = [];
    private readonly List<Ask> _asks = [];
    private ReadMode _mode;
    private int _dataOutstanding;
    private bool _slow;

    public ReadVerdict Verdict { get; private set; }

    /// <summary>Valid when decided.</summary>
    public RequestOutcome Outcome { get; private set; }

    /// <summary>The first replica whose data came; -1: none yet.</summary>
    public int DataSlot { get; private set; }

    /// <summary>Whether answers are compared at all; if not, nothing need be hashed.</summary>
    public bool ComparesAnswers => _mode == ReadMode.DigestsOfAll || (_mode == ReadMode.Digests && _tally.Required > 1);

    /// <summary>Whether any two answers that have come differ, also after the verdict.</summary>
    public bool AnyDifference { get; private set; }

    /// <summary>False: unavailable, and nothing must be sent.</summary>
    /// <param name="ranked">The slots of those alive, best first.</param>
    public bool Begin(
        ReplicaSet replicas,
        ReplicationStrategy strategy,
        ReplicaRequirement requirement,
        ReadOnlySpan<bool> alive,
        ReadOnlySpan<int> ranked,
        ReadMode mode)
    {
        _tally.Begin(replicas, strategy, requirement, alive);
        _mode = mode;
        _dataOutstanding = 0;
        _slow = AnyDifference = false;
        DataSlot = -1;
        _asks.Clear();
        _ranked.Clear();
        _ranked.AddRange(ranked);
        CollectionsMarshal.SetCount(_slots, replicas.Count);
        CollectionsMarshal.AsSpan(_slots).Clear();
        var unavailable = _tally.IsUnavailable(out var required, out var aliveCount);
        Verdict = unavailable ? ReadVerdict.Failed : ReadVerdict.Pending;
        Outcome = new RequestOutcome(RequestResult.Unavailable, required, aliveCount, 0, DataPresent: false);
        return !unavailable;
    }

    /// <summary>This replica's rows are known from an earlier step. Between Begin and Start.</summary>
    public void Have(int slot)
    {
        ref var state = ref Slot(slot);
        state.Answered = true;
        DataSlot = DataSlot < 0 ? slot : DataSlot;
        _tally.Acknowledge(slot);
    }

    /// <param name="oneMore">Ask one more than needed from the start (speculative_retry = ALWAYS).</param>
    public void Start(bool oneMore)
    {
        Span<int> chosen = stackalloc int[_tally.GroupCount];
        foreach (var slot in _ranked)
        {
            if ((_tally.Wants(slot, chosen) || _mode is ReadMode.DigestsOfAll or ReadMode.RowsOfAll) && !Slot(slot).Answered)
            {
                AskNow(slot);
            }
        }

        if (oneMore)
        {
            OnSlow();
        }

        Decide();
    }

    public bool TryTake(out Ask ask)
    {
        if (_asks.Count == 0)
        {
            ask = default;
            return false;
        }

        ask = _asks[0];
        _asks.RemoveAt(0);
        return true;
    }

    public void OnAnswer(int slot, bool isData, UInt128 hash)
    {
        ref var state = ref Slot(slot);
        if (isData)
        {
            _dataOutstanding--;
            DataSlot = DataSlot < 0 ? slot : DataSlot;
        }

        if (!state.Answered)
        {
            state.Answered = true;
            state.Hash = hash;
            _tally.Acknowledge(slot);
        }
        else
        {
            // It was asked twice, and what it knew has changed in between.
            AnyDifference |= state.Hash != hash;
            state.Hash = hash;
        }

        AnyDifference |= Differs();
        Decide();
    }

    /// <summary>It will not answer. Someone else is asked in its place, if there is someone.</summary>
    public void OnLost(int slot, bool wasForData, ReplyStatus status)
    {
        ref var state = ref Slot(slot);
        state.Lost = true;
        _dataOutstanding -= wasForData ? 1 : 0;
        if (!state.Answered)
        {
            if (status is ReplyStatus.Timeout or ReplyStatus.Unreachable or ReplyStatus.Lost)
            {
                _tally.Lose(slot);
            }
            else
            {
                _tally.Fail(slot, status == ReplyStatus.Overloaded);
            }
        }

        if (Verdict == ReadVerdict.Pending && !_tally.IsMet)
        {
            AskNext(slot);
        }

        Decide();
    }

    /// <summary>It takes long: one more replica is asked, once. True if there was one.</summary>
    public bool OnSlow()
    {
        if (_slow || Verdict != ReadVerdict.Pending)
        {
            return false;
        }

        _slow = true;
        return _tally.IsMet ? AskForDataAnywhere() : AskNext(-1) || (DataSlot < 0 && AskForDataAnywhere());
    }

    public bool HasAnswered(int slot) => Slot(slot).Answered && _tally.Counts(slot);

    private ref SlotState Slot(int slot) => ref CollectionsMarshal.AsSpan(_slots)[slot];

    private void AskNow(int slot)
    {
        // Only of one whose answer counts: a replica far away, asked for its digest alone, must not be what a LOCAL read waits for.
        var forData = _mode is ReadMode.Rows or ReadMode.RowsOfAll || (DataSlot < 0 && _tally.Counts(slot) && (_dataOutstanding == 0 || _slow));
        _dataOutstanding += forData ? 1 : 0;
        ref var state = ref Slot(slot);
        state.Asked = true;
        state.AskedForData |= forData;
        _asks.Add(new Ask(slot, forData));
    }

    /// <summary>Asks the best who has not been asked, in the place of <paramref name="instead"/> (-1: of anyone whose answer is still needed).</summary>
    private bool AskNext(int instead)
    {
        foreach (var slot in _ranked)
        {
            if (!Slot(slot).Asked && !Slot(slot).Answered && _tally.Needs(slot) && (instead < 0 || _tally.SameGroup(slot, instead)))
            {
                AskNow(slot);
                return true;
            }
        }

        return false;
    }

    /// <summary>Enough have answered, or will, but no data is there: of someone not asked yet, or else again of one who sent a digest.</summary>
    private bool AskForDataAnywhere()
    {
        var found = -1;
        foreach (var slot in _ranked)
        {
            ref var state = ref Slot(slot);
            if (!_tally.Counts(slot) || state.Lost || state.AskedForData)
            {
                continue;
            }

            if (!state.Asked)
            {
                found = slot;
                break;
            }

            found = found < 0 && state.Answered ? slot : found;
        }

        if (found < 0)
        {
            return false;
        }

        ref var chosen = ref Slot(found);
        chosen.Asked = chosen.AskedForData = true;
        _dataOutstanding++;
        _asks.Add(new Ask(found, true));
        return true;
    }

    private bool Differs()
    {
        if (!ComparesAnswers)
        {
            return false;
        }

        var first = -1;
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            if (!Slot(slot).Answered)
            {
                continue;
            }

            if (first >= 0 && Slot(slot).Hash != Slot(first).Hash)
            {
                return true;
            }

            first = slot;
        }

        return false;
    }

    private void Decide()
    {
        if (Verdict != ReadVerdict.Pending)
        {
            return;
        }

        var met = _tally.IsMet;
        if (met && DataSlot < 0 && _dataOutstanding == 0 && !AskForDataAnywhere())
        {
            Fail(_tally.Failed > 0 ? RequestResult.Failure : RequestResult.Timeout);
        }
        else if (met && DataSlot >= 0)
        {
            Verdict = AnyDifference ? ReadVerdict.Disagreed : ReadVerdict.Agreed;
            Outcome = new RequestOutcome(RequestResult.Success, _tally.Required, _tally.Answered, _tally.Failed, DataPresent: true);
        }
        else if (!met && _tally.FailuresForbid)
        {
            Fail(_tally.Overloaded == _tally.Failed ? RequestResult.Overloaded : RequestResult.Failure);
        }
        else if (!met && !_tally.CanBeMet)
        {
            Fail(RequestResult.Timeout);
        }
    }

    private void Fail(RequestResult result)
    {
        Verdict = ReadVerdict.Failed;
        Outcome = new RequestOutcome(result, _tally.Required, _tally.Answered, _tally.Failed, DataSlot >= 0);
    }

    private struct SlotState
    {
        public bool Asked;
        public bool AskedForData;
        public bool Answered;
        public bool Lost;
        public UInt128 Hash;
    }
}
