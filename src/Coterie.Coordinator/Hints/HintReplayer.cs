using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator.Hints;

/// <summary>
/// Gives back what was kept for replicas that are alive again: reads a chunk, sends it, forgets what was taken; one replica after the other, one loop
/// for all. Idle while there is nothing to give.
/// </summary>
/// <remarks>
/// A hint is forgotten only after the replica has said that it has it on disk. What happens between the two, here or there, makes at worst a
/// mutation arrive twice, which changes nothing.
/// </remarks>
public sealed class HintReplayer : IAsyncDisposable
{
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan EmptyPause = TimeSpan.FromMilliseconds(100);

    private readonly IMessenger _messenger;
    private readonly ILiveness _liveness;
    private readonly HintKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly NodeId _self;
    private readonly ILogger _logger;
    private readonly TableIndex _tables;
    private readonly ReplayPace _pace;
    private readonly WakeUp _wakeUp;
    private readonly long _begun;
    private readonly Dictionary<NodeId, Progress> _progress = [];
    private NodeId _last;
    private Task? _loop;
    private volatile bool _stopping;

    public HintReplayer(
        IMessenger messenger, IMetadataView metadata, ILiveness liveness, HintKeeper keeper, TimeProvider time, NodeId self, ILogger<HintReplayer> logger)
    {
        _messenger = messenger;
        _liveness = liveness;
        _keeper = keeper;
        _time = time;
        _self = self;
        _logger = logger;
        _tables = new TableIndex(metadata);
        _pace = new ReplayPace(keeper.Options.BytesPerSecond);
        _wakeUp = new WakeUp(time);
        _begun = time.GetTimestamp();
        _keeper.Work += _wakeUp.Signal;
        liveness.Changed += OnLiveness;
    }

    private TimeSpan Now => _time.GetElapsedTime(_begun);

    /// <summary>Starts the loop on the caller's scheduler.</summary>
    public void Start()
    {
        Check.That(_loop is null);
        _loop = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _keeper.Work -= _wakeUp.Signal;
        _liveness.Changed -= OnLiveness;
        _wakeUp.Signal();
        await (_loop ?? Task.CompletedTask);
        _wakeUp.Dispose();
    }

    private void OnLiveness(NodeId node, bool alive) => _wakeUp.Signal();

    private async Task RunAsync()
    {
        while (!_stopping)
        {
            TimeSpan? wait = null;
            foreach (var target in InTurn())
            {
                var pause = await TryOneChunkAsync(target);
                wait = wait is { } other && other < pause ? other : pause;
            }

            if (!_stopping && wait != TimeSpan.Zero)
            {
                await _wakeUp.WaitAsync(wait);
            }
        }
    }

    /// <summary>Who is alive and has something to be given, beginning behind the one that was last: the rate is for all of them together.</summary>
    private List<NodeId> InTurn()
    {
        var targets = new List<NodeId>();
        foreach (var waiting in _keeper.Waiting())
        {
            if (_liveness.IsAlive(waiting.Target))
            {
                targets.Add(waiting.Target);
            }
        }

        var first = targets.FindIndex(target => target.CompareTo(_last) > 0);
        return first <= 0 ? targets : [.. targets[first..], .. targets[..first]];
    }

    /// <summary>After how long there may be something to do for this replica again.</summary>
    private async Task<TimeSpan> TryOneChunkAsync(NodeId target)
    {
        var progress = ProgressOf(target);
        var until = progress.PausedUntil > _pace.Free ? progress.PausedUntil : _pace.Free;
        if (_stopping || until > Now)
        {
            return until > Now ? until - Now : TimeSpan.Zero;
        }

        _last = target;
        var end = ChunkEnd.Troubled;
        try
        {
            (end, var sent) = await ReplayChunkAsync(target, progress);
            _pace.Spend(sent, Now);
        }
        catch (Exception exception)
        {
            // The edge of the loop. Nothing is lost by asking again: what is not known to have been taken is not forgotten.
            CoordinatorLog.ReplayFailed(_logger, target, exception);
        }

        progress.Pause = end == ChunkEnd.Troubled ? ReplayPace.PauseAfter(progress.Pause) : TimeSpan.Zero;
        progress.PausedUntil = Now + (end == ChunkEnd.Empty ? EmptyPause : progress.Pause);
        return progress.PausedUntil > Now ? progress.PausedUntil - Now : TimeSpan.Zero;
    }

    /// <returns>How it ended, and how many bytes were sent.</returns>
    private async Task<(ChunkEnd End, long SentBytes)> ReplayChunkAsync(NodeId target, Progress progress)
    {
        var (_, status, body) = await _messenger.AskAsync(_self, Verb.HintRead, new HintReadRequest(target, progress.From).Encode(), StoreTimeout, CancellationToken.None);
        if (status != ReplyStatus.Ok)
        {
            return (ChunkEnd.Troubled, 0);
        }

        var chunk = HintChunk.Decode(body);
        if (chunk.Hints.Count == 0)
        {
            return (await NothingReadAsync(target, progress, chunk.IsDamaged), 0);
        }

        var (hints, mutations) = Examine(chunk);
        progress.Core.Begin(hints);
        var operation = new ReplayOperation(_messenger, target, progress.Core, mutations, _keeper.Counters, ReplyTimeout);
        await operation.RunAsync();
        var end = progress.Core.End(out var refused);
        _keeper.Counters.HintDropped(HintDrop.Refused, refused);
        var forgotten = await ForgetAsync(target, progress, end, hints);
        return (forgotten && !progress.Core.IsTroubled ? ChunkEnd.Through : ChunkEnd.Troubled, operation.SentBytes);
    }

    /// <summary>What is damaged, too old, or of a table that is gone is not sent.</summary>
    private (ReplayHint[] Hints, ReadOnlyMemory<byte>[] Mutations) Examine(HintChunk chunk)
    {
        var hints = new ReplayHint[chunk.Hints.Count];
        var mutations = new ReadOnlyMemory<byte>[hints.Length];
        for (var i = 0; i < hints.Length; i++)
        {
            var stored = chunk.Hints[i];
            long formed = 0;
            HintDrop? drop;
            try
            {
                var mutation = new MutationReader(HintRecord.MutationOf(stored.Record.Span));
                formed = mutation.Formed.Milliseconds;
                mutations[i] = stored.Record[1..];
                drop = _tables.KeyspaceOf(mutation.Table) is null ? HintDrop.Stale : _keeper.IsTooOld(formed) ? HintDrop.Window : null;
            }
            catch (MalformedDataException exception)
            {
                CoordinatorLog.HintDamaged(_logger, stored.Sequence, exception.Message);
                drop = HintDrop.Corrupt;
            }

            hints[i] = new ReplayHint(stored.Sequence, HintKey.HintBytes + stored.Record.Length, formed, drop);
        }

        return (hints, mutations);
    }

    private async Task<bool> ForgetAsync(NodeId target, Progress progress, ReplayEnd end, ReplayHint[] hints)
    {
        if (end.Count == 0)
        {
            return true;
        }

        var (_, status, _) = await _messenger.AskAsync(_self, Verb.HintForget, new HintForgetRequest(target, end.UpTo).Encode(), StoreTimeout, CancellationToken.None);
        if (status != ReplyStatus.Ok)
        {
            return false;
        }

        for (var i = 0; i < end.Count; i++)
        {
            if (hints[i].Drop is { } reason)
            {
                _keeper.Counters.HintDropped(reason);
            }
        }

        progress.From = end.UpTo + 1;
        _keeper.Forgotten(target, end.Count, end.Bytes, end.OldestLeft);
        return true;
    }

    /// <summary>Either nothing is there, whatever was counted, or what is there cannot be read: then it goes, or it would stand in the way of all that comes.</summary>
    private async Task<ChunkEnd> NothingReadAsync(NodeId target, Progress progress, bool isDamaged)
    {
        if (isDamaged)
        {
            var upTo = _keeper.LastPlace;
            var (_, status, _) = await _messenger.AskAsync(_self, Verb.HintForget, new HintForgetRequest(target, upTo).Encode(), StoreTimeout, CancellationToken.None);
            if (status == ReplyStatus.Ok)
            {
                progress.From = upTo + 1;
                _keeper.Counters.HintDropped(HintDrop.Corrupt, Math.Max(1, _keeper.FoundNothing(target)));
            }

            return ChunkEnd.Troubled;
        }

        if (progress.From == 0)
        {
            _keeper.FoundNothing(target);
        }

        // From the front again, once: what was counted may lie there, or be on its way.
        progress.From = 0;
        return ChunkEnd.Empty;
    }

    private Progress ProgressOf(NodeId target)
    {
        if (!_progress.TryGetValue(target, out var progress))
        {
            _progress.Add(target, progress = new Progress());
        }

        return progress;
    }

    private enum ChunkEnd
    {
        /// <summary>The replica took it whole.</summary>
        Through,

        /// <summary>It did not keep up or did not answer, or this node's store did not.</summary>
        Troubled,

        /// <summary>There was nothing to send yet.</summary>
        Empty,
    }

    /// <summary>How far the replay to one replica has come.</summary>
    private sealed class Progress
    {
        public ReplayCore Core { get; } = new(Limits.HintsReplayingMax);

        /// <summary>What lies before this place has been forgotten.</summary>
        public ulong From { get; set; }

        public TimeSpan Pause { get; set; }

        public TimeSpan PausedUntil { get; set; }
    }
}
