namespace Coterie.Repair.Exchanges;

/// <summary>What an exchange knows of time.</summary>
/// <param name="Now">Of a clock that never goes back.</param>
/// <param name="WaitAsync">Ends so much later.</param>
internal readonly record struct ExchangeClock(Func<TimeSpan> Now, Func<TimeSpan, Task> WaitAsync)
{
    public static ExchangeClock Of(TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        return new ExchangeClock(() => time.GetElapsedTime(started), span => Task.Delay(span, time, cancellationToken));
    }
}
