using Coterie.Model.Time;

namespace Coterie.Model.Tests.Time;

/// <summary>A wall clock that says what it is told to.</summary>
internal sealed class SettableTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    public long Microseconds => _now.Microseconds();

    public override DateTimeOffset GetUtcNow() => _now;

    public void Move(TimeSpan by) => _now += by;
}
