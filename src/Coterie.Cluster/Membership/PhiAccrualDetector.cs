namespace Coterie.Cluster.Membership;

/// <summary>
/// How suspicious the silence of one peer is, as a number that grows with it: phi = −log10 of the probability that a heartbeat would come
/// still later than now, going by the intervals seen so far. After Hayashibara, Défago, Yared and Katayama, "The φ accrual failure
/// detector" (2004). Pure: time comes in as an argument, as the time since any fixed moment.
/// </summary>
/// <remarks>
/// Intervals are taken as normally distributed; the tail is the logistic approximation of Bowling et al. (2009), here in its
/// logarithm so that it does not underflow. Two things differ from the paper: the deviation has a floor (a very regular network would make
/// the detector hysterical), and before intervals are known the expected one stands in.
/// Invariant: the sums are over exactly the intervals in the window (whole milliseconds, so they are exact).
/// </remarks>
public sealed class PhiAccrualDetector(FailureDetectionOptions options)
{
    private const int WindowIntervals = 100;

    private readonly int[] _intervals = new int[WindowIntervals];
    private int _count;
    private int _next;
    private long _sum;
    private long _sumOfSquares;
    private TimeSpan? _last;

    /// <summary>Whether anything was ever heard of the peer. Without it there is nothing to go by, and no suspicion.</summary>
    public bool HasHeard => _last is not null;

    public void Heartbeat(TimeSpan now)
    {
        if (_last is { } last)
        {
            var interval = now - last < options.RememberedIntervalMax ? now - last : options.RememberedIntervalMax;
            Remember((int)Math.Max(0, interval.TotalMilliseconds));
        }

        _last = now;
    }

    /// <summary>This node was away for so long: what it did not hear meanwhile is nobody's fault.</summary>
    public void Forgive(TimeSpan pause)
    {
        if (_last is { } last)
        {
            _last = last + pause;
        }
    }

    public TimeSpan Silence(TimeSpan now) => _last is { } last && now > last ? now - last : TimeSpan.Zero;

    /// <summary>0 is no suspicion; each whole number more makes the silence ten times less likely to be chance.</summary>
    public double Phi(TimeSpan now)
    {
        if (_last is null)
        {
            return 0;
        }

        // The expected interval counts as one that was seen, so that the first few heartbeats do not decide alone.
        var expected = options.HeartbeatInterval.TotalMilliseconds;
        var count = _count + 1;
        var mean = (_sum + expected) / count;
        var variance = ((_sumOfSquares + (expected * expected)) / count) - (mean * mean);
        var deviation = Math.Max(Math.Sqrt(Math.Max(0, variance)), options.DeviationMin.TotalMilliseconds);
        var z = (Silence(now).TotalMilliseconds - mean) / deviation;
        var exponent = z * (1.5976 + (0.070566 * z * z));
        return SoftPlus(exponent) / Math.Log(10);
    }

    /// <summary>ln(1 + e^x), without overflow: −ln of the probability of coming later, which is 1 / (1 + e^x).</summary>
    private static double SoftPlus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));

    private void Remember(int interval)
    {
        if (_count == WindowIntervals)
        {
            var oldest = _intervals[_next];
            _sum -= oldest;
            _sumOfSquares -= (long)oldest * oldest;
        }
        else
        {
            _count++;
        }

        _intervals[_next] = interval;
        _next = (_next + 1) % WindowIntervals;
        _sum += interval;
        _sumOfSquares += (long)interval * interval;
    }
}
