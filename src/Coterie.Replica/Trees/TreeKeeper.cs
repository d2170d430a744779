using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Replica.Deletes;
using Coterie.Storage;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Trees;

/// <summary>
/// Keeps a node's trees current: reads the leaves that were written to, so many entries a second, and removes from the disk what belongs to
/// tables that are no more. The leaves of leader-based tables nobody compares: they are only cut when they have grown, so that a sweep need not read all of a table.
/// </summary>
public sealed class TreeKeeper : IAsyncDisposable
{
    private const long RowsPerReadMax = 8_192;

    private readonly IStorageEngine _engine;
    private readonly IStorageWriter _writer;
    private readonly TreeLeaves _leaves;
    private readonly LiveTables _tables;
    private readonly Horizons _horizons;
    private readonly TimeProvider _time;
    private readonly TreeOptions _options;
    private readonly TreeCounters _counters;
    private readonly ILogger _logger;
    private readonly CleanLeaves _clean;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public TreeKeeper(
        IStorageEngine engine,
        IStorageWriter writer,
        TreeLeaves leaves,
        LiveTables tables,
        Horizons horizons,
        TimeProvider time,
        TreeOptions options,
        TreeCounters counters,
        ILogger<TreeKeeper> logger)
    {
        _engine = engine;
        _writer = writer;
        _leaves = leaves;
        _tables = tables;
        _horizons = horizons;
        _time = time;
        _options = options;
        _counters = counters;
        _logger = logger;
        _clean = new CleanLeaves(leaves.Survey, options, time);
    }

    /// <summary>On the caller's scheduler.</summary>
    public void Start() => _loop = RunAsync();

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.Interval, _time, _stopping.Token);
                _leaves.Tick();
                await ForgetDeadTablesAsync();
                await ReadDirtyAsync();
                await ReadCleanAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ReadDirtyAsync()
    {
        var budget = (long)(_options.RowsPerSecond * _options.Interval.TotalSeconds);
        foreach (var view in _leaves.TakeDirty(budget, table => !_tables.IsLeaderBased(new StorageId(table))))
        {
            if (budget <= 0 || _stopping.IsCancellationRequested)
            {
                _leaves.GiveBack(view.Leaf);
                continue;
            }

            var rows = await TryReadAsync(view, budget);
            budget -= rows ?? budget;
            if (rows is null)
            {
                _leaves.GiveBack(view.Leaf);
            }
        }
    }

    private async Task ReadCleanAsync()
    {
        foreach (var view in _clean.Take())
        {
            if (view.LastBatch <= _leaves.CommittedBatch && !_stopping.IsCancellationRequested && !_tables.IsLeaderBased(TableOf(view)))
            {
                await TryCheckAsync(view);
            }
        }
    }

    private static StorageId TableOf(LeafView view) => new(BinaryPrimitives.ReadUInt32BigEndian(view.Start));

    private async Task TryCheckAsync(LeafView view)
    {
        try
        {
            var now = new FormationTime(_time.GetUtcNow().ToUnixTimeMilliseconds());
            if (StorageWork<LeafReading>.TryRun(_engine, () => LeafReading.Of(_engine, view.Start, view.End, now, RowsPerReadMax)) is not { } read)
            {
                return;
            }

            var reading = await read;
            _counters.CleanRead();
            if (reading.ResumeAt is null && reading.Contents is [var content] && content.Hash == view.Hash && content.Count == view.Count)
            {
                return;
            }

            // Somebody may have written to it meanwhile; if nobody has, what was read takes its place, and the next exchange finds what differs.
            var rewrite = new LeafRewrite(_leaves, view, reading, readAll: true);
            if (_writer.TryEnqueue(rewrite) && await rewrite.Done == WriteResult.Durable && rewrite.WasUnchanged)
            {
                _counters.Wrong();
                ReplicaLog.LeafWrong(_logger, Convert.ToHexString(view.Start), view.Count, reading.RowsRead);
            }
        }
        catch (Exception exception)
        {
            if (exception is StorageCorruptException or MalformedDataException)
            {
                _counters.DataCorrupt();
            }

            ReplicaLog.LeafNotRead(_logger, exception);
        }
    }

    /// <summary>The entries read; null if the leaf could not be read or is not clean for all that.</summary>
    private async Task<long?> TryReadAsync(LeafView view, long budget)
    {
        try
        {
            // Before it is read: what the leaf's last batch wrote must be visible then, or the hash would be of less than it stands for.
            var readAll = view.LastBatch <= _leaves.CommittedBatch;
            var now = new FormationTime(_time.GetUtcNow().ToUnixTimeMilliseconds());
            if (StorageWork<LeafReading>.TryRun(_engine, () => LeafReading.Of(_engine, view.Start, view.End, now, Math.Min(budget, RowsPerReadMax))) is not { } read)
            {
                return null;
            }

            var reading = await read;
            _counters.Read(reading.RowsRead);
            var rewrite = new LeafRewrite(_leaves, view, reading, readAll);
            if (!_writer.TryEnqueue(rewrite) || await rewrite.Done != WriteResult.Durable)
            {
                return null;
            }

            if (!rewrite.WasUnchanged || !readAll)
            {
                _leaves.GiveBack(view.Leaf);
                return reading.RowsRead;
            }

            _counters.Hashed(reading.Contents.Count);
            return reading.RowsRead;
        }
        catch (Exception exception)
        {
            // Whatever the disk does: this leaf has not been read, and the next one may be.
            if (exception is StorageCorruptException or MalformedDataException)
            {
                _counters.DataCorrupt();
            }

            ReplicaLog.LeafNotRead(_logger, exception);
            return null;
        }
    }

    private async Task ForgetDeadTablesAsync()
    {
        var removed = false;
        foreach (var table in _leaves.Survey.Tables())
        {
            if (_tables.Contains(new StorageId(table)))
            {
                continue;
            }

            var removal = new TableRemoval(table);
            if (_writer.TryEnqueue(removal) && await removal.Done == WriteResult.Durable)
            {
                _leaves.Forget(table);
                removed = true;
                ReplicaLog.TableRemoved(_logger, new StorageId(table));
            }
        }

        if (removed)
        {
            await TryForgetDeletesAsync();
        }
    }

    private async Task TryForgetDeletesAsync()
    {
        try
        {
            await _horizons.ForgetDeadTablesAsync();
        }
        catch (IOException)
        {
            // The store says so itself, to whoever writes next. What is left is small, and goes with the next table that does.
        }
    }
}
