using System.Runtime.CompilerServices;

namespace Coterie.Model.Quorum.Staleness;

/// <summary>
/// Uniform numbers under a seed: xoshiro256++ (Blackman and Vigna, 2019), begun by SplitMix64. The same seed gives the same numbers on every machine
/// and version of .NET, which a seeded <see cref="Random"/> does not promise.
/// </summary>
internal struct UniformSource
{
    private const double ToUnit = 1.0 / (1UL << 53);

    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public UniformSource(ulong seed)
    {
        _a = Mix(ref seed);
        _b = Mix(ref seed);
        _c = Mix(ref seed);
        _d = Mix(ref seed);
    }

    /// <summary>Each more than 0 and at most 1.</summary>
    // Compiled once, whole: a page's first answer would otherwise run the slow code that is meant for what runs once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(Span<double> values)
    {
        var (a, b, c, d) = (_a, _b, _c, _d);
        foreach (ref var value in values)
        {
            var next = ulong.RotateLeft(a + d, 23) + a;
            var shifted = b << 17;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= shifted;
            d = ulong.RotateLeft(d, 45);
            value = ((long)(next >> 11) + 1) * ToUnit;
        }

        (_a, _b, _c, _d) = (a, b, c, d);
    }

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
