using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Quorums;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Writes;

/// <summary>
/// Decides a write: whether to begin it, and after which reply the client is answered with what. Pure; reused from write to write. The
/// mutation goes to every replica that is alive, also to those whose answer does not count for the level.
/// </summary>
/// <remarks>
/// Decided once: by the acknowledgement that meets the requirement; by the failure after which failures alone forbid it; or, when nobody is
/// left who could still answer, as a timeout, because whether it was applied where no answer came from is unknown.
/// </remarks>
internal sealed class WriteCore
{
    private readonly ResponseTally _tally = new();

    /// <summary>What the client is told. Valid once decided.</summary>
    public RequestOutcome Outcome { get; private set; }

    public bool IsDecided { get; private set; }

    /// <summary>False: unavailable, and nothing must be sent.</summary>
    public bool Begin(ReplicaSet replicas, ReplicationStrategy strategy, ReplicaRequirement requirement, ReadOnlySpan<bool> alive, CoordinatorFault fault)
    {
        _tally.Begin(replicas, strategy, requirement, alive, fault == CoordinatorFault.WriteQuorumOffByOne ? 1 : 0);
        IsDecided = _tally.IsUnavailable(out var required, out var aliveCount);
        Outcome = new RequestOutcome(RequestResult.Unavailable, required, aliveCount, 0, DataPresent: false);
        return !IsDecided;
    }

    /// <summary>True if this reply decides: the client is answered with <see cref="Outcome"/> now.</summary>
    public bool OnReply(int slot, ReplyStatus status)
    {
        switch (status)
        {
            case ReplyStatus.Ok:
                _tally.Acknowledge(slot);
                break;
            case ReplyStatus.Timeout or ReplyStatus.Unreachable:
                _tally.Lose(slot);
                break;
            default:
                _tally.Fail(slot, status == ReplyStatus.Overloaded);
                break;
        }

        if (IsDecided)
        {
            return false;
        }

        var result = _tally.IsMet ? RequestResult.Success
            : _tally.FailuresForbid ? _tally.Overloaded == _tally.Failed ? RequestResult.Overloaded : RequestResult.Failure
            : RequestResult.Timeout;
        IsDecided = result != RequestResult.Timeout || !_tally.CanBeMet;
        if (IsDecided)
        {
            Outcome = new RequestOutcome(result, _tally.Required, _tally.Answered, _tally.Failed, DataPresent: false);
        }

        return IsDecided;
    }
}
