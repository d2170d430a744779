using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Hints;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator.Batches;

/// <summary>
/// Finishes the batches that this node keeps and that nobody has had forgotten for longer than a write may take: sends each mutation, as it was formed, to all
/// of its replicas, leaves hints for those that do not answer, and then has the batch forgotten by all that keep it.
/// </summary>
/// <remarks>Two nodes may finish the same batch at the same time, or one that has been finished: a mutation that arrives twice changes nothing.</remarks>
public sealed class BatchReplayer : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How old a batch must be that all replicas refuse, before it is given up: no deletion is kept for longer by default, so replicas have reason to
    /// refuse what is as old. Whatever else makes them refuse, a full disk, passes sooner.
    /// </summary>
    private static readonly TimeSpan HopelessAge = TimeSpan.FromDays(10);

    // Mutations of one batch that are on their way at a time.
    private const int MutationsAtATime = 16;

    private readonly IMessenger _messenger;
    private readonly ReplicaMaps _maps;
    private readonly ILiveness _liveness;
    private readonly HintKeeper _hints;
    private readonly TimeProvider _time;
    private readonly NodeId _self;
    private readonly TimeSpan _age;
    private readonly ILogger _logger;
    private readonly TableIndex _tables;
    private readonly WakeUp _wakeUp;
    private Task? _loop;
    private volatile bool _stopping;

    /// <param name="writeTimeout">A batch that has been kept for twice as long was interrupted.</param>
    public BatchReplayer(
        IMessenger messenger, IMetadataView metadata, ReplicaMaps maps, ILiveness liveness, HintKeeper hints, TimeProvider time, NodeId self, TimeSpan writeTimeout, ILogger<BatchReplayer> logger)
    {
        _messenger = messenger;
        _maps = maps;
        _liveness = liveness;
        _hints = hints;
        _time = time;
        _self = self;
        _age = writeTimeout * 2;
        _logger = logger;
        _tables = new TableIndex(metadata);
        _wakeUp = new WakeUp(time);
    }

    /// <summary>Starts the loop on the caller's scheduler.</summary>
    public void Start()
    {
        Check.That(_loop is null);
        _loop = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _wakeUp.Signal();
        await (_loop ?? Task.CompletedTask);
        _wakeUp.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping)
        {
            try
            {
                await FinishDueAsync();
            }
            catch (Exception exception)
            {
                // The edge of the loop. What has not been forgotten comes again.
                CoordinatorLog.BatchesFailed(_logger, exception);
            }

            if (!_stopping)
            {
                await _wakeUp.WaitAsync(LookInterval);
            }
        }
    }

    private async Task FinishDueAsync()
    {
        var age = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(age, (uint)Math.Min(uint.MaxValue, _age.TotalMilliseconds));
        var (_, status, body) = await _messenger.AskAsync(_self, Verb.BatchRead, age, ReplyTimeout, CancellationToken.None);
        if (status != ReplyStatus.Ok)
        {
            return;
        }

        foreach (var stored in HintChunk.Decode(body).Hints)
        {
            if (!_stopping)
            {
                await FinishAsync(stored.Record);
            }
        }
    }

    private async Task FinishAsync(ReadOnlyMemory<byte> stored)
    {
        BatchRecord batch;
        try
        {
            batch = BatchRecord.Decode(stored);
        }
        catch (MalformedDataException exception)
        {
            CoordinatorLog.BatchDamaged(_logger, exception.Message);
            _hints.Counters.BatchDropped();
            if (stored.Length >= 17)
            {
                Forget(BatchRecord.IdOf(stored.Span), [_self]);
            }

            return;
        }

        var end = await ReplayAllAsync(batch);
        if (!end.IsOver)
        {
            return;
        }

        Count(batch, end);
        Forget(batch.Id, batch.Holders.Contains(_self) ? batch.Holders : [.. batch.Holders, _self]);
    }

    private void Count(BatchRecord batch, in BatchEnd end)
    {
        if (end.IsHopeless)
        {
            CoordinatorLog.BatchGivenUp(_logger, batch.Id, batch.Mutations.Count);
            _hints.Counters.BatchDropped();
        }
        else if (end.TooLate > 0)
        {
            CoordinatorLog.BatchTooLate(_logger, batch.Id, end.TooLate, batch.Mutations.Count);
            _hints.Counters.BatchTooLate();
        }
        else
        {
            CoordinatorLog.BatchReplayed(_logger, batch.Id, batch.Mutations.Count);
            _hints.Counters.BatchReplayed();
        }
    }

    private async Task<BatchEnd> ReplayAllAsync(BatchRecord batch)
    {
        var all = BatchEnd.OfNothing;
        for (var first = 0; first < batch.Mutations.Count; first += MutationsAtATime)
        {
            var under = new List<Task<BatchEnd>>();
            for (var i = first; i < Math.Min(batch.Mutations.Count, first + MutationsAtATime); i++)
            {
                under.Add(ReplayAsync(batch.Mutations[i]));
            }

            foreach (var one in under)
            {
                all = all.And(await one);
            }
        }

        return all;
    }

    private async Task<BatchEnd> ReplayAsync(ReadOnlyMemory<byte> mutation)
    {
        var (keyspace, token, formed) = HeadOf(mutation.Span);
        if (keyspace is null)
        {
            return BatchEnd.OfNothing;
        }

        var replicas = _maps.For(keyspace)?.Lookup(token) ?? ReplicaSet.Empty;
        var under = new Task<ReplayedTo>[replicas.Count];
        for (var slot = 0; slot < under.Length; slot++)
        {
            under[slot] = ReplayToAsync(replicas.Nodes[slot], mutation);
        }

        var ends = new ReplayedTo[under.Length];
        for (var slot = 0; slot < ends.Length; slot++)
        {
            ends[slot] = await under[slot];
        }

        return BatchReplayCore.EndOf(ends, _time.GetUtcNow().ToUnixTimeMilliseconds() - formed > (long)HopelessAge.TotalMilliseconds);
    }

    private (string? Keyspace, Token Token, long Formed) HeadOf(ReadOnlySpan<byte> mutation)
    {
        var reader = new MutationReader(mutation);
        return (_tables.KeyspaceOf(reader.Table)?.Name, reader.Token, reader.Formed.Milliseconds);
    }

    private async Task<ReplayedTo> ReplayToAsync(NodeId replica, ReadOnlyMemory<byte> mutation)
    {
        var status = ReplyStatus.Unreachable;
        if (_liveness.IsAlive(replica))
        {
            (_, status, _) = await _messenger.AskAsync(replica, Verb.Replay, mutation.Span, ReplyTimeout, CancellationToken.None);
        }

        return status switch
        {
            ReplyStatus.Ok => ReplayedTo.Applied,
            ReplyStatus.Stale => ReplayedTo.Gone,
            _ when await HintAsync(replica, mutation) => ReplayedTo.Hinted,
            ReplyStatus.Failed => ReplayedTo.Refused,
            _ => ReplayedTo.Missed,
        };
    }

    private Task<bool> HintAsync(NodeId replica, ReadOnlyMemory<byte> mutation)
    {
        var awaited = new AwaitedHint();
        return _hints.Keep(replica, mutation.Span, awaited) ? awaited.Task : Task.FromResult(false);
    }

    private void Forget(Guid id, IReadOnlyList<NodeId> holders)
    {
        Span<byte> body = stackalloc byte[16];
        id.TryWriteBytes(body, bigEndian: true, out _);
        foreach (var holder in holders)
        {
            _messenger.Send(holder, Verb.BatchForget, body, ReplyTimeout, NoReply.Instance, 0);
        }
    }

    private sealed class AwaitedHint : IHintSink
    {
        private readonly TaskCompletionSource<bool> _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> Task => _durable.Task;

        public void OnHint(bool durable) => _durable.TrySetResult(durable);
    }
}
