using Coterie.Model.Rows;
using Coterie.Model.Time;
using Coterie.Replica.Local;
using Coterie.Storage.Memory;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Server.Tests;

public sealed class ClockKeeperTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task After_a_crash_the_clock_stamps_nothing_until_others_can_follow_it()
    {
        await using var store = new Store();
        var ceiling = new HybridClock(_time, 0).NextCeiling;
        await store.State.SetClockCeilingAsync(ceiling);
        _time.Advance(TimeSpan.FromSeconds(0.5));

        var clock = new HybridClock(_time, store.State.ClockCeiling());
        await using var keeper = new ClockKeeper(clock, store.State, _time, NullLogger.Instance);
        var starting = keeper.StartAsync(TestContext.Current.CancellationToken);
        Assert.False(starting.IsCompleted);
        Assert.False(clock.TryNext(out _));

        _time.Advance(HybridClock.CeilingStep - TimeSpan.FromSeconds(0.5) - (HybridClock.MaximumAdoption / 2));
        await starting;
        Assert.True(clock.TryNext(out var stamp));
        Assert.True(stamp.Microseconds > ceiling, "it is above all that was stamped before");
        Assert.True(new HybridClock(_time, 0).Observe(stamp), "another node adopts it");
    }

    [Fact]
    public async Task After_a_clean_stop_the_clock_stamps_at_once()
    {
        await using var store = new Store();
        var before = new HybridClock(_time, 0);
        var keeper = new ClockKeeper(before, store.State, _time, NullLogger.Instance);
        await keeper.StartAsync(TestContext.Current.CancellationToken);
        before.Next();
        await keeper.DisposeAsync();

        var clock = new HybridClock(_time, store.State.ClockCeiling());
        await using var again = new ClockKeeper(clock, store.State, _time, NullLogger.Instance);
        await again.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(clock.Next().CompareTo(before.Latest) > 0);
    }

    [Fact]
    public async Task A_wall_clock_that_was_set_back_by_an_hour_is_not_waited_out()
    {
        await using var store = new Store();
        await store.State.SetClockCeilingAsync(new HybridClock(_time, 0).NextCeiling + (long)TimeSpan.FromHours(1).TotalMicroseconds);
        var clock = new HybridClock(_time, store.State.ClockCeiling());
        await using var keeper = new ClockKeeper(clock, store.State, _time, NullLogger.Instance);
        var starting = keeper.StartAsync(TestContext.Current.CancellationToken);
        _time.Advance(HybridClock.CeilingStep);
        await starting;
        Assert.True(clock.TryNext(out _));
    }

    private sealed class Store : IAsyncDisposable
    {
        private readonly MemoryEngine _engine = new(new MemoryDisk(), TimeProvider.System, static () => TimeSpan.Zero, RowMerge.Merge);
        private readonly StorageWriter _writer;

        public Store()
        {
            _writer = new StorageWriter(_engine, new StorageWriterOptions(), NullLogger<StorageWriter>.Instance);
            _writer.Start();
            State = new LocalState(_engine, _writer);
        }

        public LocalState State { get; }

        public async ValueTask DisposeAsync()
        {
            await _writer.StopAsync();
            await _engine.DisposeAsync();
        }
    }
}
