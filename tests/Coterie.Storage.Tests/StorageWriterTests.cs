using System.Buffers;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Storage.Tests;

/// <summary>The writer loop over an engine whose commits end as the test says.</summary>
public sealed class StorageWriterTests : IAsyncDisposable
{
    private readonly ScriptedEngine _engine = new();
    private readonly List<StorageFailedException> _failures = [];
    private readonly StorageWriter _writer;

    public StorageWriterTests()
    {
        _writer = new StorageWriter(_engine, new StorageWriterOptions { QueuedWritesMax = 4, QueuedBytesMax = 1_000 }, NullLogger<StorageWriter>.Instance)
        {
            EngineFailed = _failures.Add,
        };
        _writer.Start();
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Nothing_is_durable_before_the_commit_has_returned()
    {
        var write = Enqueue();
        await _engine.CommitBegunAsync();
        Assert.False(write.Result.IsCompleted);
        _engine.End(null);
        Assert.Equal(WriteResult.Durable, await write.Result);
        await _writer.StopAsync();
    }

    [Fact]
    public async Task After_a_failed_commit_nothing_is_ever_acknowledged_or_given_to_the_engine_again()
    {
        var first = Enqueue();
        await _engine.CommitBegunAsync();
        var second = Enqueue();
        _engine.End(new StorageFailedException("fsync"));
        Assert.Equal(WriteResult.Failed, await first.Result);
        Assert.Equal(WriteResult.Failed, await second.Result);
        await _writer.StopAsync();
        Assert.Single(_failures);
        Assert.Equal(1, _engine.Commits);
        Assert.False(_writer.TryEnqueue(new Write(10)));
    }

    [Fact]
    public async Task A_full_disk_refuses_what_it_met_and_the_next_write_is_tried_again()
    {
        var first = Enqueue();
        await _engine.CommitBegunAsync();
        _engine.End(new StorageFullException("no space"));
        Assert.Equal(WriteResult.Full, await first.Result);
        var second = Enqueue();
        await _engine.CommitBegunAsync();
        _engine.End(null);
        Assert.Equal(WriteResult.Durable, await second.Result);
        Assert.Empty(_failures);
        await _writer.StopAsync();
    }

    [Fact]
    public async Task A_write_that_cannot_be_put_into_bytes_fails_alone()
    {
        var first = Enqueue();
        await _engine.CommitBegunAsync();
        var broken = Enqueue(breaks: true);
        var whole = Enqueue();
        _engine.End(null);
        Assert.Equal(WriteResult.Durable, await first.Result);
        Assert.Equal(WriteResult.Failed, await broken.Result);
        await _engine.CommitBegunAsync();
        Assert.Equal(1, _engine.OperationsOfLast);
        _engine.End(null);
        Assert.Equal(WriteResult.Durable, await whole.Result);
        await _writer.StopAsync();
    }

    [Fact]
    public async Task What_waits_is_bounded_in_number_and_bytes_and_refusals_are_counted()
    {
        var first = Enqueue();
        await _engine.CommitBegunAsync();
        var waiting = Enumerable.Range(0, 3).Select(_ => Enqueue()).ToList();
        Assert.False(_writer.TryEnqueue(new Write(990)));
        waiting.Add(Enqueue());
        Assert.False(_writer.TryEnqueue(new Write(10)));
        Assert.Equal(2, _writer.Counts.RefusedWrites);
        _engine.End(null);
        await first.Result;
        await _engine.CommitBegunAsync();
        Assert.Equal(4, _engine.OperationsOfLast);
        _engine.End(null);
        foreach (var write in waiting)
        {
            Assert.Equal(WriteResult.Durable, await write.Result);
        }

        Assert.Equal(0, _writer.Counts.QueuedBytes);
        await _writer.StopAsync();
    }

    [Fact]
    public async Task Without_a_mode_every_batch_is_synced()
    {
        var write = Enqueue(StorageArea.Data);
        await _engine.CommitBegunAsync();
        Assert.True(_engine.IsLastSynced);
        _engine.End(null);
        await write.Result;
        await _writer.StopAsync();
        Assert.Equal(1, _engine.Commits);
    }

    [Theory]
    [InlineData(SyncMode.Periodic)]
    [InlineData(SyncMode.None)]
    public async Task Otherwise_data_is_not_waited_for_but_the_nodes_own_state_and_what_requires_it_are(SyncMode mode)
    {
        await using var lax = new LaxWriter(mode, _engine);
        foreach (var (write, isSynced) in new[]
        {
            (new Write(10, area: StorageArea.Data), false),
            (new Write(10, area: StorageArea.Hints), false),
            (new Write(10, area: StorageArea.Local), true),
            (new Write(10, area: StorageArea.Hints, requiresSync: true), true),
            (new Write(10, area: StorageArea.Data), false),
        })
        {
            Assert.True(lax.Writer.TryEnqueue(write));
            await _engine.CommitBegunAsync();
            Assert.Equal(isSynced, _engine.IsLastSynced);
            _engine.End(null);
            Assert.Equal(WriteResult.Durable, await write.Result);
        }

        Assert.Equal(2, lax.Writer.Counts.Syncs);
    }

    [Fact]
    public async Task One_write_that_must_be_synced_makes_its_whole_batch_wait()
    {
        await using var lax = new LaxWriter(SyncMode.None, _engine);
        var first = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(first));
        await _engine.CommitBegunAsync();
        Assert.True(lax.Writer.TryEnqueue(new Write(10, area: StorageArea.Local)));
        Assert.True(lax.Writer.TryEnqueue(new Write(10, area: StorageArea.Data)));
        _engine.End(null);
        await _engine.CommitBegunAsync();
        Assert.True(_engine.IsLastSynced);
        Assert.Equal(2, _engine.OperationsOfLast);
        _engine.End(null);
    }

    [Fact]
    public async Task A_sync_is_asked_of_the_engine_if_something_was_not_synced_and_only_then()
    {
        await using var lax = new LaxWriter(SyncMode.Periodic, _engine);
        lax.Writer.RequestSync();
        var write = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(write));
        await _engine.CommitBegunAsync();
        Assert.False(_engine.IsLastSynced);
        _engine.End(null);
        await write.Result;
        lax.Writer.RequestSync();
        await _engine.CommitBegunAsync();
        Assert.True(_engine.IsLastSynced);
        Assert.Equal(0, _engine.OperationsOfLast);
        _engine.End(null);
    }

    [Fact]
    public async Task Each_interval_what_was_not_synced_is()
    {
        var time = new FakeTimeProvider();
        await using var lax = new LaxWriter(SyncMode.Periodic, _engine);
        await using var periodic = new PeriodicSync(lax.Writer, TimeSpan.FromSeconds(1), time);
        periodic.Start();
        for (var interval = 0; interval < 3; interval++)
        {
            var write = new Write(10, area: StorageArea.Data);
            Assert.True(lax.Writer.TryEnqueue(write));
            await _engine.CommitBegunAsync();
            Assert.False(_engine.IsLastSynced);
            _engine.End(null);
            await write.Result;
            time.Advance(TimeSpan.FromMilliseconds(999));
            Assert.Equal((2 * interval) + 1, _engine.Commits);
            time.Advance(TimeSpan.FromMilliseconds(1));
            await _engine.CommitBegunAsync();
            Assert.True(_engine.IsLastSynced);
            _engine.End(null);
            Assert.True(SpinWait.SpinUntil(() => lax.Writer.Counts.Syncs == interval + 1, TimeSpan.FromSeconds(30)));
        }

        Assert.Equal(0, lax.Writer.Counts.RefusedWrites);
    }

    [Fact]
    public async Task A_last_sync_for_which_there_is_no_room_is_a_failure()
    {
        await using var lax = new LaxWriter(SyncMode.None, _engine);
        var write = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(write));
        await _engine.CommitBegunAsync();
        _engine.End(null);
        await write.Result;
        var stopped = lax.Writer.StopAsync();
        await _engine.CommitBegunAsync();
        _engine.End(new StorageFullException("no space"));
        await stopped;
        Assert.Single(lax.Failures);
    }

    [Fact]
    public async Task What_was_not_synced_is_when_the_writer_stops()
    {
        await using var lax = new LaxWriter(SyncMode.None, _engine);
        var write = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(write));
        await _engine.CommitBegunAsync();
        _engine.End(null);
        await write.Result;
        var stopped = lax.Writer.StopAsync();
        await _engine.CommitBegunAsync();
        Assert.False(stopped.IsCompleted);
        Assert.True(_engine.IsLastSynced);
        _engine.End(null);
        await stopped;
        Assert.Equal(2, _engine.Commits);
    }

    [Fact]
    public async Task A_sync_that_fails_stops_the_writer_though_nobody_waits_for_it()
    {
        await using var lax = new LaxWriter(SyncMode.Periodic, _engine);
        var write = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(write));
        await _engine.CommitBegunAsync();
        _engine.End(null);
        await write.Result;
        lax.Writer.RequestSync();
        await _engine.CommitBegunAsync();
        _engine.End(new StorageFailedException("fsync"));
        await lax.Writer.StopAsync();
        Assert.Single(lax.Failures);
        Assert.False(lax.Writer.TryEnqueue(new Write(10)));
    }

    [Fact]
    public async Task On_a_full_disk_what_was_acknowledged_before_is_synced_all_the_same()
    {
        await using var lax = new LaxWriter(SyncMode.Periodic, _engine);
        var before = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(before));
        await _engine.CommitBegunAsync();
        _engine.End(null);
        Assert.Equal(WriteResult.Durable, await before.Result);

        var held = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(held));
        await _engine.CommitBegunAsync();
        lax.Writer.RequestSync();
        var refused = new Write(10, area: StorageArea.Data);
        Assert.True(lax.Writer.TryEnqueue(refused));
        _engine.End(null);
        await _engine.CommitBegunAsync();
        Assert.Equal(1, _engine.OperationsOfLast);
        _engine.End(new StorageFullException("full"));

        await _engine.CommitBegunAsync();
        Assert.True(_engine.IsLastSynced);
        Assert.Equal(0, _engine.OperationsOfLast);
        _engine.End(null);
        Assert.Equal(WriteResult.Full, await refused.Result);
        Assert.Equal((2, 1, 1), (lax.Writer.Counts.DurableWrites, lax.Writer.Counts.FullWrites, lax.Writer.Counts.Syncs));
    }

    private Write Enqueue(StorageArea area)
    {
        var write = new Write(10, area: area);
        Assert.True(_writer.TryEnqueue(write));
        return write;
    }

    private Write Enqueue(bool breaks = false)
    {
        var write = new Write(10, breaks);
        Assert.True(_writer.TryEnqueue(write));
        return write;
    }

    /// <summary>A writer in another mode. Ends whatever the engine has been asked for when the test is over.</summary>
    private sealed class LaxWriter : IAsyncDisposable
    {
        private readonly ScriptedEngine _engine;

        public LaxWriter(SyncMode mode, ScriptedEngine engine)
        {
            _engine = engine;
            Writer = new StorageWriter(engine, new StorageWriterOptions { Sync = mode }, NullLogger<StorageWriter>.Instance) { EngineFailed = Failures.Add };
            Writer.Start();
        }

        public StorageWriter Writer { get; }

        public List<StorageFailedException> Failures { get; } = [];

        public async ValueTask DisposeAsync()
        {
            var stopped = Writer.StopAsync();
            _engine.EndAllFromNowOn();
            await stopped;
        }
    }

    private sealed class Write(int bytes, bool breaks = false, StorageArea area = StorageArea.Local, bool requiresSync = false) : IPendingWrite
    {
        private readonly TaskCompletionSource<WriteResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<WriteResult> Result => _result.Task;

        public int Bytes => bytes;

        public void AppendTo(StorageBatch batch)
        {
            batch.Put(area, [1], [2]);
            if (requiresSync)
            {
                batch.RequireSync();
            }

            if (breaks)
            {
                throw new InvalidOperationException("half of it is in the batch");
            }
        }

        // Twice would throw: each write is told once.
        public void Completed(WriteResult result) => _result.SetResult(result);
    }

    private sealed class ScriptedEngine : IStorageEngine
    {
        private readonly SemaphoreSlim _begun = new(0);
        private volatile bool _endsAll;
        private TaskCompletionSource _commit = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Commits { get; private set; }

        public int OperationsOfLast { get; private set; }

        public bool IsLastSynced { get; private set; }

        public async Task CommitBegunAsync() => Assert.True(await _begun.WaitAsync(TimeSpan.FromSeconds(30)), "no commit within 30 s");

        public void End(Exception? failure)
        {
            var commit = _commit;
            _commit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (failure is null)
            {
                commit.SetResult();
            }
            else
            {
                commit.SetException(failure);
            }
        }

        /// <summary>The commit under way, if there is one, and all that follow.</summary>
        public void EndAllFromNowOn()
        {
            _endsAll = true;
            _commit.TrySetResult();
        }

        public ValueTask CommitAsync(StorageBatch batch)
        {
            Commits++;
            OperationsOfLast = batch.Count;
            IsLastSynced = batch.IsSynced;
            var commit = _commit;
            if (_endsAll)
            {
                commit.TrySetResult();
            }

            _begun.Release();
            return new ValueTask(commit.Task);
        }

        public GetResult Get(StorageArea area, ReadOnlySpan<byte> key, IBufferWriter<byte> destination, bool cachedOnly) => throw new NotSupportedException();

        public IStorageCursor Scan(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse) => throw new NotSupportedException();

        public bool TrySchedule(IStorageWork work) => throw new NotSupportedException();

        public long ApproximateBytes() => 0;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
