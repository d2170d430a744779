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

    public ValueTask<ReadOutcome> ReadAsync(ReadRequest request) => ReadFromAsync(request, null);

    /// <summary>Reads from some of the replicas only.</summary>
    /// <param name="choose">Of the replicas of a range, those to ask; null: all.</param>
    internal ValueTask<ReadOutcome> ReadFromAsync(ReadRequest request, Func<ReplicaSet, ReplicaSet>? choose)
    {
        if (Interlocked.Increment(ref _unanswered) > _options.ReadsInFlightMax)
        {
            Interlocked.Decrement(ref _unanswered);
            _counters.ReadEnded(RequestResult.Overloaded);
            return new ValueTask<ReadOutcome>(Not(new RequestOutcome(RequestResult.Overloaded, request.Requirement.Count, 0, 0, DataPresent: false), null));
        }

        var context = new ReadContext(
            request.Keyspace, request.Table, request.Requirement, request.Timeout, _steps.DeadlineAfter(request.Timeout), request.WantVote ? new VoteBuilder() : null);
        var map = _maps.For(request.Keyspace.Name);
        if (request.Command.PartitionKey is null)
        {
            IReadOnlyList<TokenRange> ranges = map?.Ranges ?? [];
            return new ValueTask<ReadOutcome>(ScanAsync(request.Command, choose is null ? ranges : [.. ranges.Select(range => range with { Replicas = choose(range.Replicas) })], context));
        }

        var replicas = map?.Lookup(request.Command.Token) ?? ReplicaSet.Empty;
        return ReadPartitionAsync(request.Command, choose is null ? replicas : choose(replicas), context);
    }

    private static ReadOutcome Not(RequestOutcome outcome, VoteBuilder? vote) => new(outcome, [], Exhausted: false, vote?.Cast(outcome.Required));

    private static ReadOutcome Answer(in RangeResult result, in ReadContext context) =>
        new(result.Outcome, result.Partitions, Exhausted: result.StoppedAfter is null, context.Vote?.Cast(result.Outcome.Required));

    /// <summary>Hot path: while replicas agree, this one pooled state machine is all that a read needs here. What is rare goes on in tasks.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOutcome> ReadPartitionAsync(ReadCommand command, ReplicaSet replicas, ReadContext context)
    {
        try
        {
            var step = await _reader.AskAsync(command, replicas, context);
            var result = step.Verdict == ReadVerdict.Agreed ? _reader.Decode(step, context) : default;
            var outcome = step.Verdict == ReadVerdict.Agreed && IsWhole(result, command)
                ? Answer(result, context)
                : await GoOnAsync(step, result, command, replicas, context);
            _counters.ReadEnded(outcome.Outcome.Result);
            return outcome;
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }

    private async Task<ReadOutcome> GoOnAsync(ReadStep step, RangeResult result, ReadCommand command, ReplicaSet replicas, ReadContext context)
    {
        if (step.Verdict != ReadVerdict.Agreed)
        {
            result = await _reader.FinishAsync(step, command, replicas, context);
        }

        if (!result.Outcome.IsSuccess)
        {
            return Not(result.Outcome, context.Vote);
        }

        return IsWhole(result, command)
            ? Answer(result, context)
            : await new PartitionScan(_reader, _counters, _logger, command, context).GoOnAsync(replicas, result);
    }

    private async Task<ReadOutcome> ScanAsync(ReadCommand command, IReadOnlyList<TokenRange> ranges, ReadContext context)
    {
        try
        {
            var outcome = await new RingScan(_reader, _counters, _logger, command, context).RunAsync(ranges);
            _counters.ReadEnded(outcome.Outcome.Result);
            return outcome;
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }

    /// <summary>Nothing is left to do: what one replica returned is within the limit, while what several returned together may not be.</summary>
    private static bool IsWhole(in RangeResult result, ReadCommand command) =>
        result.Outcome.IsSuccess && !result.Reconciled && command.ResumeAfter is null
        && (result.StoppedAfter is null || LiveRows.Of(result.Partitions, command.NowSeconds) >= command.Limit);

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
