using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Writes;

namespace Coterie.Coordinator.Leaders;

/// <summary>Coordinates writes to leader-based tables: each goes to the leader of its group, and is answered when a majority has it on disk. It is applied a moment later: reads above ONE wait for that.</summary>
public sealed class LeaderWriteCoordinator : IWriteCoordinator
{
    private readonly LeaderRequests _requests;
    private readonly ReplicaMaps _maps;
    private readonly CoordinatorCounters _counters;
    private readonly TimeProvider _time;

    internal LeaderWriteCoordinator(LeaderRequests requests, ReplicaMaps maps, CoordinatorCounters counters, TimeProvider time)
    {
        _time = time;
        _requests = requests;
        _maps = maps;
        _counters = counters;
    }

    public async ValueTask<WriteOutcome> WriteAsync(WriteRequest request)
    {
        var members = _maps.For(request.Keyspace.Name)?.Lookup(request.Token) ?? ReplicaSet.Empty;
        var began = request.WantVote ? _time.GetTimestamp() : 0;
        var answer = await _requests.AskAsync(members, Verb.LeaderWrite, request.Mutation.Span, LeaderRequests.Repeat.Never, request.Timeout);
        _counters.WriteEnded(answer.Result);
        return new WriteOutcome(members.OutcomeOf(answer.Result), request.WantVote ? Cast(members, answer, _time.GetElapsedTime(began)) : null);
    }

    /// <summary>The coordinator sees the leader alone: who else has the write is between the members.</summary>
    private static Vote Cast(ReplicaSet members, LeaderAnswer answer, TimeSpan after)
    {
        var entries = new List<VoteEntry>();
        foreach (var node in members.Nodes)
        {
            var wasAsked = node == answer.Leader;
            var answered = wasAsked && answer.Result == RequestResult.Success;
            entries.Add(new VoteEntry(node, wasAsked, Vote.WriteRole, answered ? after : null, null, Stale: false, Repaired: false) { Leads = answered });
        }

        return new Vote { Replicas = entries, Required = members.Majority, IsOfGroup = true };
    }
}
