using System.Runtime.CompilerServices;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Reads.Repair;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Reads;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// Answers reads: one partition by one range reader call while all goes well, and by as many as it takes where replicas stop short or a read
/// spans the ring.
/// </summary>
public sealed class ReadCoordinator : IReadCoordinator, IAsyncDisposable
{
    private readonly ReplicaMaps _maps;
    private readonly IMetadataView _metadata;
    private readonly TimeProvider _time;
    private readonly CoordinatorCounters _counters;
    private readonly CoordinatorOptions _options;
    private readonly ILogger _logger;
    private readonly ReadSteps _steps;
    private readonly BackgroundRepairs _background;
    private readonly RangeReader _reader;
    private int _unanswered;

    public ReadCoordinator(
        IMessenger messenger,
        IMetadataView metadata,
        ReplicaMaps maps,
        ILiveness liveness,
        TimeProvider time,
        NodeId local,
        CoordinatorCounters counters,
        CoordinatorOptions options,
        ILogger<ReadCoordinator> logger)
    {
        _maps = maps;
        _metadata = metadata;
        _time = time;
        _counters = counters;
        _options = options;
        _logger = logger;
        _steps = new ReadSteps(messenger, liveness, time, local, counters, options);
        _background = new BackgroundRepairs(options.BackgroundRepairsMax, (command, replicas, context) => _reader!.RepairAsync(command, replicas, context));
        _reader = new RangeReader(_steps, _background, logger);
        _steps.DifferenceFound = _background.Start;
        metadata.Changed += ForgetDropped;
    }

    /// <summary>Reads whose client waits for an answer.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Repairs of ASYNC tables that were left out because too many were under way.</summary>
    public long BackgroundRepairsDropped => _background.Dropped;

    public async ValueTask DisposeAsync()
    {
        _metadata.Changed -= ForgetDropped;
        await _background.DisposeAsync();
        _steps.Dispose();
    }

    /// <summary>Hot path: the state machine is pooled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOutcome> ReadAsync(ReadRequest request)
    {
        if (Interlocked.Increment(ref _unanswered) > _options.ReadsInFlightMax)
        {
            Interlocked.Decrement(ref _unanswered);
            _counters.ReadEnded(RequestResult.Overloaded);
            return Not(new RequestOutcome(RequestResult.Overloaded, request.Requirement.Count, 0, 0, DataPresent: false), null);
        }

        try
        {
            var outcome = await ReadBoundedAsync(request);
            _counters.ReadEnded(outcome.Outcome.Result);
            return outcome;
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }

    private static ReadOutcome Not(RequestOutcome outcome, VoteBuilder? vote) => new(outcome, [], Exhausted: false, vote?.Cast(outcome.Required));

    private static ReadOutcome Answer(in RangeResult result, IReadOnlyList<PartitionRows> partitions, bool exhausted, in ReadContext context) =>
        new(result.Outcome, partitions, exhausted, context.Vote?.Cast(result.Outcome.Required));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOutcome> ReadBoundedAsync(ReadRequest request)
    {
        var context = new ReadContext(
            request.Keyspace, request.Table, request.Requirement, request.Timeout, _steps.DeadlineAfter(request.Timeout), request.WantVote ? new VoteBuilder() : null);
        var map = _maps.For(request.Keyspace.Name);
        var command = request.Command;
        if (command.PartitionKey is null)
        {
            return await new RingScan(_reader, _counters, _logger, command, context).RunAsync(map?.Ranges ?? []);
        }

        var replicas = map?.Lookup(command.Token) ?? ReplicaSet.Empty;
        var result = await _reader.ReadAsync(command, replicas, context);
        if (!result.Outcome.IsSuccess)
        {
            return Not(result.Outcome, context.Vote);
        }

        // What one replica returned is within the limit; what several returned together may not be.
        if (!result.Reconciled && command.ResumeAfter is null
            && (result.StoppedAfter is null || LiveRows.Of(result.Partitions, command.NowSeconds) >= command.Limit))
        {
            return Answer(result, result.Partitions, result.StoppedAfter is null, context);
        }

        return await new PartitionScan(_reader, _counters, _logger, command, context).GoOnAsync(replicas, result);
    }

    private void ForgetDropped(ClusterMetadata before, ClusterMetadata after)
    {
        var tables = new HashSet<uint>();
        foreach (var keyspace in after.Keyspaces.Values)
        {
            foreach (var table in keyspace.Tables.Values)
            {
                tables.Add(table.StorageId.Value);
            }
        }

        _steps.Speculation.Forget(table => !tables.Contains(table));
    }
}
