using Coterie.Cluster.Ring;

namespace Coterie.Coordinator.Leaders;

internal static class LeaderOutcomes
{
    /// <summary>What a client is told, in the words of quorums: a majority had to agree.</summary>
    public static RequestOutcome OutcomeOf(this ReplicaSet members, RequestResult result) => new(
        result,
        Required: members.Majority,
        Answered: result == RequestResult.Success ? members.Majority : 0,
        Failed: result == RequestResult.Failure ? 1 : 0,
        DataPresent: result == RequestResult.Success);
}
