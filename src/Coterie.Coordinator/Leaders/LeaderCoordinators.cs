using Coterie.Cluster.Membership;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Reads;
using Coterie.Coordinator.Writes;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Leaders;

/// <summary>The coordinators of leader-based keyspaces, which share what is known of leaders; and those of all keyspaces, which choose by the keyspace.</summary>
public sealed class LeaderCoordinators
{
    public LeaderCoordinators(
        IMessenger messenger,
        ReplicaMaps maps,
        ILiveness liveness,
        ILeaderView leaders,
        TimeProvider time,
        NodeId self,
        CoordinatorCounters counters,
        LeaderOptions options,
        ReadCoordinator reads,
        IWriteCoordinator writes)
    {
        var requests = new LeaderRequests(messenger, liveness, leaders, time, self, options);
        Reads = new ReadsByKeyspace(reads, new LeaderReadCoordinator(requests, new GroupSurvey(messenger), reads, maps, time));
        Writes = new WritesByKeyspace(writes, new LeaderWriteCoordinator(requests, maps, counters, time));
        ConditionalWrites = new ConditionalWriteCoordinator(requests, maps, counters, time);
    }

    public IReadCoordinator Reads { get; }

    public IWriteCoordinator Writes { get; }

    public IConditionalWriteCoordinator ConditionalWrites { get; }

    private sealed class ReadsByKeyspace(IReadCoordinator leaderless, IReadCoordinator leaderBased) : IReadCoordinator
    {
        public ValueTask<ReadOutcome> ReadAsync(ReadRequest request) => (request.Keyspace.IsLeaderBased ? leaderBased : leaderless).ReadAsync(request);
    }

    private sealed class WritesByKeyspace(IWriteCoordinator leaderless, IWriteCoordinator leaderBased) : IWriteCoordinator
    {
        public ValueTask<WriteOutcome> WriteAsync(WriteRequest request) => (request.Keyspace.IsLeaderBased ? leaderBased : leaderless).WriteAsync(request);
    }
}
