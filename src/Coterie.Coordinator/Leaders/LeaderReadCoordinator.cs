using System.Collections.Concurrent;
using Coterie.Cluster.Ring;
using Coterie.Coordinator.Reads;
using Coterie.Model.Ids;
using Coterie.Model.Quorum;

namespace Coterie.Coordinator.Leaders;

/// <summary>
/// Coordinates reads of leader-based tables. At ONE and LOCAL_ONE any replica answers, perhaps with what is not the latest. At any other level the read is
/// linearizable: the leader makes sure that it still leads and has applied everything committed before, and then the read is done there.
/// </summary>
public sealed class LeaderReadCoordinator : IReadCoordinator
{
    private static readonly ReplicaRequirement One = new(RequirementScope.Anywhere, 1);

    private readonly LeaderRequests _requests;
    private readonly GroupSurvey _survey;
    private readonly ReadCoordinator _reads;
    private readonly ReplicaMaps _maps;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<NodeId, ReplicaSet> _alone = [];

    internal LeaderReadCoordinator(LeaderRequests requests, GroupSurvey survey, ReadCoordinator reads, ReplicaMaps maps, TimeProvider time)
    {
        _requests = requests;
        _survey = survey;
        _reads = reads;
        _maps = maps;
        _time = time;
    }

    public ValueTask<ReadOutcome> ReadAsync(ReadRequest request)
    {
        var isEventual = request.Requirement is { Count: 1, Scope: not RequirementScope.EachDatacenter };
        return isEventual && !request.WantVote ? _reads.ReadAsync(request)
            : new ValueTask<ReadOutcome>(isEventual ? ReadAndTellAsync(request) : ReadAtLeadersAsync(request));
    }

    /// <summary>A read of any replica, whose vote says how far behind it was. Not told of reads that touch several groups.</summary>
    private async Task<ReadOutcome> ReadAndTellAsync(ReadRequest request)
    {
        if (MembersOf(request).Take(2).ToList() is not [var members])
        {
            return await _reads.ReadAsync(request);
        }

        var before = await _survey.AskAsync(members);
        var outcome = await _reads.ReadAsync(request);
        return outcome.Vote is { } vote ? outcome with { Vote = GroupSurvey.Told(vote, before, await _survey.AskAsync(members)) } : outcome;
    }

    private async Task<ReadOutcome> ReadAtLeadersAsync(ReadRequest request)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var left = request.Timeout - _time.GetElapsedTime(began);
            var leaders = new Dictionary<GroupId, ReplicaSet>();
            foreach (var members in MembersOf(request))
            {
                var answer = await _requests.BarrierAsync(members, left);
                if (answer.Result != RequestResult.Success)
                {
                    return new ReadOutcome(members.OutcomeOf(answer.Result), [], Exhausted: false, null);
                }

                leaders[members.Group] = _alone.GetOrAdd(answer.Leader, static node => new ReplicaSet([node], [""], ""));
            }

            var outcome = await _reads.ReadFromAsync(request with { Requirement = One, Timeout = left }, members => leaders.GetValueOrDefault(members.Group, members));

            // The leader died in between: the next one is asked, from the beginning.
            if (outcome.Outcome.Result != RequestResult.Unavailable || _time.GetElapsedTime(began) >= request.Timeout)
            {
                return outcome.Vote is { } vote ? outcome with { Vote = GroupSurvey.ToldByLeaders(vote) } : outcome;
            }
        }
    }

    /// <summary>One set of replicas for each group that the read may touch.</summary>
    private IEnumerable<ReplicaSet> MembersOf(ReadRequest request)
    {
        var map = _maps.For(request.Keyspace.Name);
        if (request.Command.PartitionKey is not null)
        {
            return map is null ? [] : [map.Lookup(request.Command.Token)];
        }

        return (map?.Ranges ?? [])
            .Where(range => range.End.CompareTo(request.Command.Token) >= 0 && range.Start.CompareTo(request.Command.EndToken) <= 0)
            .Select(static range => range.Replicas)
            .DistinctBy(static members => members.Group);
    }
}
