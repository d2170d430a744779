using Coterie.Cluster.Membership;

namespace Coterie.Cluster.Tests.Membership;

public sealed class PhiAccrualDetectorTests
{
    private static readonly FailureDetectionOptions Options = new();

    /// <summary>Intervals between answered heartbeats, in milliseconds: quiet, a busy machine, collections of garbage, a noisy radio link.</summary>
    public static TheoryData<string, int[]> Traces => new()
    {
        { "quiet", [500, 501, 499, 500, 500, 502, 498, 500, 501, 500, 499, 500, 500, 500, 501, 499, 500, 500, 500, 500] },
        { "busy", [512, 471, 655, 380, 540, 730, 290, 505, 910, 120, 480, 560, 1_120, 60, 410, 500, 690, 350, 510, 505] },
        { "garbage", [500, 502, 499, 501, 500, 1_480, 30, 20, 470, 500, 501, 1_350, 110, 60, 450, 500, 500, 1_490, 10, 20] },
        { "radio", [650, 240, 1_010, 300, 520, 1_300, 110, 90, 760, 980, 140, 610, 1_450, 50, 300, 880, 420, 510, 1_200, 240] },
        { "slower than agreed", [900, 950, 870, 1_010, 940, 900, 930, 1_050, 880, 960, 910, 940, 1_000, 890, 930, 950, 900, 920, 980, 940] },
    };

    [Theory]
    [MemberData(nameof(Traces))]
    public void Jitter_convicts_nobody_and_silence_afterwards_convicts_in_seconds(string name, int[] intervals)
    {
        var detector = new PhiAccrualDetector(Options);
        var now = TimeSpan.FromHours(1);
        detector.Heartbeat(now);
        for (var round = 0; round < 10; round++)
        {
            foreach (var interval in intervals)
            {
                now += TimeSpan.FromMilliseconds(interval);
                Assert.True(detector.Phi(now) < Options.PhiThreshold, $"{name}: convicted after {interval} ms, phi {detector.Phi(now)}");
                detector.Heartbeat(now);
            }
        }

        Assert.True(detector.Phi(now + TimeSpan.FromSeconds(1.5)) < Options.PhiThreshold);
        Assert.True(detector.Phi(now + TimeSpan.FromSeconds(3.5)) >= Options.PhiThreshold, name);
    }

    [Fact]
    public void Suspicion_grows_with_silence_and_never_overflows()
    {
        var detector = new PhiAccrualDetector(Options);
        Assert.Equal(0, detector.Phi(TimeSpan.FromDays(1)));
        detector.Heartbeat(TimeSpan.Zero);
        var before = 0.0;
        for (var silence = TimeSpan.FromMilliseconds(1); silence < TimeSpan.FromDays(3_000); silence *= 2)
        {
            var phi = detector.Phi(silence);
            Assert.True(phi > before, $"{silence}: {phi} after {before}");
            Assert.True(double.IsFinite(phi));
            before = phi;
        }
    }

    [Fact]
    public void One_heartbeat_is_enough_to_notice_the_silence_after_it()
    {
        var detector = new PhiAccrualDetector(Options);
        detector.Heartbeat(TimeSpan.Zero);
        Assert.True(detector.Phi(TimeSpan.FromSeconds(1.5)) < Options.PhiThreshold);
        Assert.True(detector.Phi(TimeSpan.FromSeconds(3)) >= Options.PhiThreshold);
    }

    [Fact]
    public void An_hour_of_death_does_not_make_the_next_death_go_unnoticed()
    {
        var detector = new PhiAccrualDetector(Options);
        var now = Beat(detector, TimeSpan.Zero, 100);
        now = Beat(detector, now + TimeSpan.FromHours(1), 10);
        Assert.True(detector.Phi(now + TimeSpan.FromSeconds(4)) >= Options.PhiThreshold);
    }

    [Fact]
    public void What_was_long_ago_is_forgotten()
    {
        var detector = new PhiAccrualDetector(Options);
        var now = TimeSpan.Zero;
        for (var beat = 0; beat < 100; beat++)
        {
            detector.Heartbeat(now += TimeSpan.FromSeconds(beat % 2 == 0 ? 0.1 : 3));
        }

        Assert.True(detector.Phi(now + TimeSpan.FromSeconds(3.5)) < Options.PhiThreshold);
        now = Beat(detector, now, 101);
        Assert.True(detector.Phi(now + TimeSpan.FromSeconds(3)) >= Options.PhiThreshold);
    }

    [Fact]
    public void The_detectors_own_absence_is_forgiven()
    {
        var detector = new PhiAccrualDetector(Options);
        var now = Beat(detector, TimeSpan.Zero, 20);
        now += TimeSpan.FromSeconds(20);
        Assert.True(detector.Phi(now) >= Options.PhiThreshold);
        detector.Forgive(TimeSpan.FromSeconds(20));
        Assert.True(detector.Phi(now + TimeSpan.FromSeconds(0.5)) < Options.PhiThreshold);
    }

    private static TimeSpan Beat(PhiAccrualDetector detector, TimeSpan now, int times)
    {
        for (var beat = 0; beat < times; beat++)
        {
            detector.Heartbeat(now += Options.HeartbeatInterval);
        }

        return now;
    }
}
