using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Writes;

namespace Coterie.Coordinator.Leaders;

/// <summary>Coordinates writes to leader-based tables: each goes to the leader of its group, and is answered when a majority has it and the leader has applied it.</summary>
public sealed class LeaderWriteCoordinator : IWriteCoordinator
{
    private readonly LeaderRequests _requests;
    private readonly ReplicaMaps _maps;
    private readonly CoordinatorCounters _counters;

    internal LeaderWriteCoordinator(LeaderRequests requests, ReplicaMaps maps, CoordinatorCounters counters)
    {
        _requests = requests;
        _maps = maps;
        _counters = counters;
    }

    public async ValueTask<WriteOutcome> WriteAsync(WriteRequest request)
    {
        var members = _maps.For(request.Keyspace.Name)?.Lookup(request.Token) ?? ReplicaSet.Empty;
        var body = LeaderRequests.Body(members, request.Mutation.Span);
        var answer = await _requests.AskAsync(members, Verb.LeaderWrite, body, LeaderRequests.Repeat.Never, request.Timeout);
        _counters.WriteEnded(answer.Result);
        return new WriteOutcome(members.OutcomeOf(answer.Result), null);
    }
}
