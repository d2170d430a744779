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
/// At ANY a durable hint is as good as an acknowledgement, and every replica that fails may leave one: so it is only decided against when nothing is
/// on its way any more, neither a reply nor a hint, and the sending has ended.
/// </remarks>
internal sealed class WriteCore
{
    private readonly ResponseTally _tally = new();
    private bool _unavailable;
    private int _hintsSent;
    private int _onTheWay;

    /// <summary>What the client is told. Valid once decided.</summary>
    public RequestOutcome Outcome { get; private set; }

    public bool IsDecided { get; private set; }

    /// <summary>Whether a durable hint is enough, and is still of use.</summary>
    public bool WantsHints => HintsCount && !IsDecided;

    private bool HintsCount { get; set; }

    /// <summary>False: unavailable, and nothing must be sent.</summary>
    public bool Begin(ReplicaSet replicas, ReplicationStrategy strategy, ReplicaRequirement requirement, ReadOnlySpan<bool> alive)
    {
        _tally.Begin(replicas, strategy, requirement, alive);
        HintsCount = requirement.HintsCount;
        _hintsSent = 0;
        _onTheWay = 1;
        foreach (var one in alive)
        {
            _onTheWay += one ? 1 : 0;
        }

        _unavailable = _tally.IsUnavailable(out var required, out var aliveCount);
        IsDecided = _unavailable && !HintsCount;
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
            case ReplyStatus.Timeout or ReplyStatus.Unreachable or ReplyStatus.Lost:
                _tally.Lose(slot);
                break;
            default:
                _tally.Fail(slot, status == ReplyStatus.Overloaded);
                break;
        }

        _onTheWay--;
        return Decide();
    }

    /// <summary>All has been sent that is sent at the start. As for <see cref="OnReply"/>.</summary>
    public bool EndSending()
    {
        _onTheWay--;
        return HintsCount && Decide();
    }

    /// <summary>A hint is on its way whose end will be told.</summary>
    public void HintSent()
    {
        _hintsSent++;
        _onTheWay++;
    }

    /// <summary>There is no hint on its way after all, for want of room or by the rules.</summary>
    public void HintRefused()
    {
        _hintsSent--;
        _onTheWay--;
    }

    /// <summary>As for <see cref="OnReply"/>.</summary>
    public bool OnHint(bool durable)
    {
        _onTheWay--;
        return durable && WantsHints ? Decide(RequestResult.Success) : Decide();
    }

    private bool Decide()
    {
        if (IsDecided)
        {
            return false;
        }

        if (_tally.IsMet)
        {
            return Decide(RequestResult.Success);
        }

        if (HintsCount)
        {
            return _onTheWay == 0 && Decide(
                _unavailable && _hintsSent == 0 ? RequestResult.Unavailable : _tally.FailuresForbid && _hintsSent == 0 ? Refusal : RequestResult.Timeout);
        }

        return _tally.FailuresForbid ? Decide(Refusal) : !_tally.CanBeMet && Decide(RequestResult.Timeout);
    }

    private RequestResult Refusal => _tally.Overloaded == _tally.Failed ? RequestResult.Overloaded : RequestResult.Failure;

    private bool Decide(RequestResult result)
    {
        IsDecided = true;
        if (result != RequestResult.Unavailable)
        {
            Outcome = new RequestOutcome(result, _tally.Required, _tally.Answered, _tally.Failed, DataPresent: false);
        }

        return true;
    }
}
