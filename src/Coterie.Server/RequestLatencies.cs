using System.Numerics;

namespace Coterie.Server;

/// <summary>
/// How long requests of one kind have taken since the node started, from the frame being complete to its answer being handed to the connection. Only counts up,
/// so that whoever reads it twice knows what came between: fixed memory, one increment and one addition for each request.
/// </summary>
/// <remarks>Two buckets for each octave, from 64 µs to about 25 s: an estimate from them is off by less than a third, and the text of a node stays short.</remarks>
public sealed class RequestLatencies
{
    private const int FirstOctave = 6;
    private const int Octaves = 19;

    private readonly long[] _counts = new long[(2 * Octaves) + 1];
    private long _ticks;

    /// <summary>Where each bucket ends, itself included; what is longer than the last is in one more.</summary>
    public static IReadOnlyList<TimeSpan> Bounds { get; } =
        [.. Enumerable.Range(0, 2 * Octaves).Select(static i => TimeSpan.FromMicroseconds((2L + (i & 1)) << (FirstOctave - 1 + (i / 2))))];

    /// <summary>All that was counted, together.</summary>
    public TimeSpan Total => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>How many ended in each bucket, by <see cref="Bounds"/>, and one more for the rest.</summary>
    public IReadOnlyList<long> Counts() => [.. Enumerable.Range(0, _counts.Length).Select(i => Interlocked.Read(ref _counts[i]))];

    internal void Record(TimeSpan elapsed)
    {
        Interlocked.Increment(ref _counts[BucketOf(elapsed)]);
        Interlocked.Add(ref _ticks, elapsed.Ticks);
    }

    internal static int BucketOf(TimeSpan elapsed)
    {
        // Rounded up: a bucket has its own end, and not its beginning.
        var before = (ulong)Math.Max(0, ((elapsed.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond) - 1);
        var octave = BitOperations.Log2(before | 1);
        if (octave < FirstOctave)
        {
            return 0;
        }

        var half = (int)(before >> (octave - 1)) & 1;
        return Math.Min((2 * (octave - FirstOctave)) + half + 1, 2 * Octaves);
    }
}
