using Coterie.Coordinator;
using Coterie.Coordinator.Writes;

namespace Coterie.Server.Execution;

/// <summary>What a client is told of the writes of several partitions, which together are no atom: the first failure, with one exception. Pure.</summary>
/// <remarks>
/// "Unavailable" promises that nothing was applied. Where one partition's replicas were too few but another's were sent their write, that is
/// not so: then the client is told that it timed out, which promises nothing.
/// </remarks>
internal static class JointOutcome
{
    /// <summary>A statement that writes nothing, as a deletion of an empty range, has succeeded.</summary>
    private static readonly WriteOutcome Nothing = new(new RequestOutcome(RequestResult.Success, 0, 0, 0, DataPresent: false), null);

    /// <param name="outcomes">Of each partition.</param>
    public static WriteOutcome Of(IReadOnlyList<WriteOutcome> outcomes)
    {
        if (outcomes.Count == 0)
        {
            return Nothing;
        }

        WriteOutcome? unavailable = null;
        var sent = 0;
        foreach (var outcome in outcomes)
        {
            if (outcome.Outcome.Result == RequestResult.Unavailable)
            {
                unavailable ??= outcome;
            }
            else if (!outcome.Outcome.IsSuccess)
            {
                return outcome;
            }
            else
            {
                sent++;
            }
        }

        return unavailable is not { } failed ? Joined(outcomes)
            : sent == 0 ? failed
            : failed with { Outcome = failed.Outcome with { Result = RequestResult.Timeout, Answered = 0 } };
    }

    /// <summary>Few ask for a vote: without one nothing is put together.</summary>
    private static WriteOutcome Joined(IReadOnlyList<WriteOutcome> outcomes) => outcomes[0].Vote is null
        ? outcomes[0]
        : outcomes[0] with { Vote = Vote.Join([.. outcomes.Select(static outcome => outcome.Vote)]) };
}
