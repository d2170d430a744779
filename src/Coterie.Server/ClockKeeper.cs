using Coterie.Model.Time;
using Coterie.Replica.Local;
using Microsoft.Extensions.Logging;

namespace Coterie.Server;

/// <summary>
/// Keeps the hybrid clock's ceiling durable ahead of its stamps: looks a few times a second, and writes about once a second. A disk
/// that takes nothing lets the clock run into its ceiling, where writes fail that could not be stored either.
/// </summary>
internal sealed class ClockKeeper(HybridClock clock, LocalState state, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Half of what others adopt: their wall clocks may be behind this one.</summary>
    private static readonly TimeSpan LeadMax = HybridClock.MaximumAdoption / 2;

    /// <summary>Longer than any crash makes it. Only a wall clock that was set back can, and that is not waited out.</summary>
    private static readonly TimeSpan SettlingMax = HybridClock.CeilingStep;

    private readonly CancellationTokenSource _stopping = new();
    private Task _keeping = Task.CompletedTask;
    private bool _isFailing;

    /// <summary>
    /// Completes when the clock may stamp. After a crash it stands at its old ceiling, further ahead than other nodes adopt; it is waited until it is
    /// not, or its stamps would beat those that others give later.
    /// </summary>
    /// <exception cref="IOException">The first ceiling could not be made durable.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var excess = clock.Lead - LeadMax;
        if (excess > TimeSpan.Zero)
        {
            log.ClockAhead(clock.Lead);
            await Task.Delay(excess < SettlingMax ? excess : SettlingMax, time, cancellationToken);
        }

        await RaiseAsync(clock.NextCeiling);
        _keeping = KeepAsync();
    }

    /// <summary>Stops, and makes the last stamp itself the ceiling, so that the next start begins without a lead over the wall clock.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _keeping;
        _stopping.Dispose();
        try
        {
            await state.SetClockCeilingAsync(clock.Latest.Microseconds);
        }
        catch (IOException e)
        {
            log.CeilingNotKept(e.Message);
        }
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                if (clock.CeilingNeeded)
                {
                    await TryRaiseAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task TryRaiseAsync()
    {
        try
        {
            await RaiseAsync(clock.NextCeiling);
            _isFailing = false;
        }
        catch (IOException e)
        {
            if (!_isFailing)
            {
                log.CeilingNotKept(e.Message);
            }

            _isFailing = true;
        }
    }

    private async Task RaiseAsync(long ceiling)
    {
        await state.SetClockCeilingAsync(ceiling);
        clock.RaiseCeiling(ceiling);
    }
}
