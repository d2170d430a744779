using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Quorums;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Reads.Repair;

/// <summary>
/// Decides a blocking repair: the answer may go out when as many replicas as the read requires hold what is answered, since then any later read
/// of as many meets it: once seen, never unseen. A replica holds it if it lacked nothing, or has acknowledged all that it lacked. When one fails,
/// another that took no part in the read, and whose answer counts for the same, is sent everything that anyone lacked. Pure.
/// </summary>
/// <remarks>
/// Invariant: while it is undecided a mutation is on its way to someone; so it ends, since every mutation sent is answered, and at the latest
/// with a time-out. One sent to a reserve of another data centre would decide nothing, and nothing would be left to wait for.
/// </remarks>
internal sealed class RepairCore
{
    private readonly ResponseTally _tally = new();
    private readonly List<int> _reserves = [];
    private readonly int[] _waiting;

    /// <param name="alive">By slot.</param>
    /// <param name="takesPart">By slot: it has answered the read with rows.</param>
    /// <param name="mutations">By slot: how many mutations it is sent.</param>
    public RepairCore(
        ReplicaSet replicas,
        ReplicationStrategy strategy,
        ReplicaRequirement requirement,
        ReadOnlySpan<bool> alive,
        ReadOnlySpan<bool> takesPart,
        ReadOnlySpan<int> mutations)
    {
        _tally.Begin(replicas, strategy, requirement, alive);
        _waiting = mutations.ToArray();
        for (var slot = 0; slot < alive.Length; slot++)
        {
            if (takesPart[slot] && mutations[slot] == 0)
            {
                _tally.Acknowledge(slot);
            }
            else if (alive[slot] && !takesPart[slot] && _tally.Counts(slot))
            {
                _reserves.Add(slot);
            }
        }

        Decide();
    }

    public bool IsDecided { get; private set; }

    /// <summary>Valid when decided. A repair that could not be completed is a timeout of the read, with data present.</summary>
    public RequestOutcome Outcome { get; private set; }

    /// <summary>Returns the slot of a replica that is to be sent all that anyone lacked; -1: none.</summary>
    /// <param name="reserveMutations">How many mutations a replica is sent that stands in for another.</param>
    public int OnReply(int slot, ReplyStatus status, int reserveMutations)
    {
        var instead = -1;
        if (_waiting[slot] == 0)
        {
            // It has failed already, and cannot acknowledge all any more.
            return instead;
        }

        if (status == ReplyStatus.Ok)
        {
            if (--_waiting[slot] == 0)
            {
                _tally.Acknowledge(slot);
            }
        }
        else
        {
            _waiting[slot] = 0;
            _tally.Lose(slot);
            if (!IsDecided && TryTakeReserve(slot, out instead))
            {
                _waiting[instead] = reserveMutations;
            }
        }

        Decide();
        return instead;
    }

    private bool TryTakeReserve(int failed, out int reserve)
    {
        var index = _reserves.FindIndex(slot => _tally.SameGroup(slot, failed));
        reserve = index < 0 ? -1 : _reserves[index];
        if (index >= 0)
        {
            _reserves.RemoveAt(index);
        }

        return index >= 0;
    }

    private void Decide()
    {
        if (!IsDecided && (_tally.IsMet || !_tally.CanBeMet))
        {
            IsDecided = true;
            Outcome = new RequestOutcome(
                _tally.IsMet ? RequestResult.Success : RequestResult.Timeout, _tally.Required, _tally.Answered, _tally.Failed, DataPresent: true);
        }
    }
}
