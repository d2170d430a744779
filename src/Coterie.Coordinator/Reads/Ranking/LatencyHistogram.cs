using System.Numerics;

namespace Coterie.Coordinator.Reads.Ranking;

/// <summary>
/// How long reads of a table have taken lately, in buckets an eighth of an octave wide, from a microsecond to an hour: fixed memory, one
/// increment for each read. When it has counted enough, all counts are halved, so that the past fades.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int StepsPerOctave = 8;
    private const int Octaves = 32;
    private const int Window = 8_192;
    private const int RefreshEvery = 128;

    private readonly int[] _counts = new int[StepsPerOctave * Octaves];
    private int _total;
    private long _cached = -1;
    private double _cachedFor;

    public void Record(TimeSpan elapsed)
    {
        Interlocked.Increment(ref _counts[BucketOf(elapsed)]);
        var total = Interlocked.Increment(ref _total);
        if (total % RefreshEvery == 0)
        {
            Volatile.Write(ref _cached, -1);
        }

        if (total >= Window)
        {
            Fade();
        }
    }

    /// <summary>The time below which so many percent of the reads were; null while too few have been seen to tell.</summary>
    public TimeSpan? Percentile(double percent)
    {
        if (Volatile.Read(ref _total) < RefreshEvery)
        {
            return null;
        }

        var cached = Volatile.Read(ref _cached);
        if (cached < 0 || _cachedFor != percent)
        {
            cached = UpperBoundMicroseconds(percent);
            _cachedFor = percent;
            Volatile.Write(ref _cached, cached);
        }

        return TimeSpan.FromMicroseconds(cached);
    }

    private static int BucketOf(TimeSpan elapsed)
    {
        var microseconds = (ulong)Math.Clamp(elapsed.TotalMicroseconds, 1, uint.MaxValue);
        var octave = BitOperations.Log2(microseconds);
        var step = octave >= 3 ? (int)(microseconds >> (octave - 3)) & 7 : (int)(microseconds << (3 - octave)) & 7;
        return (octave * StepsPerOctave) + step;
    }

    private static long UpperBoundOf(int bucket)
    {
        var octave = bucket / StepsPerOctave;
        var step = bucket % StepsPerOctave;
        return (long)Math.Ceiling(Math.ScaleB(1 + ((step + 1) / (double)StepsPerOctave), octave));
    }

    private long UpperBoundMicroseconds(double percent)
    {
        long total = 0;
        foreach (var count in _counts)
        {
            total += count;
        }

        var wanted = total * percent / 100;
        long seen = 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted && seen > 0)
            {
                return UpperBoundOf(bucket);
            }
        }

        return UpperBoundOf(_counts.Length - 1);
    }

    private void Fade()
    {
        Interlocked.Exchange(ref _total, Window / 2);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            Interlocked.Add(ref _counts[bucket], -(_counts[bucket] / 2));
        }
    }
}
