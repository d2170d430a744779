using System.Text;

namespace Coterie.Simulator.Kernel;

/// <summary>
/// A PCG32 generator (O'Neill, 2014: XSH RR 64/32) behind <see cref="Random"/>, so that a seed means the same on every runtime version.
/// Streams are split off by name: a draw added in one place does not reshuffle the others.
/// </summary>
public sealed class SeededRandom : Random
{
    private readonly ulong _increment;
    private ulong _state;

    public SeededRandom(ulong seed, string stream)
    {
        _increment = (Fnv1A(stream) << 1) | 1;
        _state = 0;
        NextBits();
        _state += seed;
        NextBits();
    }

    public uint NextBits()
    {
        var old = _state;
        _state = unchecked((old * 6364136223846793005UL) + _increment);
        var xorShifted = (uint)(((old >> 18) ^ old) >> 27);
        return uint.RotateRight(xorShifted, (int)(old >> 59));
    }

    public override int Next() => (int)(NextBits() >> 1) % int.MaxValue;

    public override int Next(int maxValue) => Next(0, maxValue);

    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        var range = (uint)((long)maxValue - minValue);
        return range <= 1 ? minValue : (int)(minValue + (long)(((ulong)NextBits() * range) >> 32));
    }

    public override long NextInt64() => (long)(NextUInt64() >> 1);

    public override long NextInt64(long maxValue) => NextInt64(0, maxValue);

    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        var range = (ulong)(maxValue - minValue);
        return range <= 1 ? minValue : minValue + (long)Math.BigMul(NextUInt64(), range, out _);
    }

    public override double NextDouble() => Sample();

    public override float NextSingle() => (float)(NextBits() >> 8) / (1 << 24);

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref var b in buffer)
        {
            b = (byte)(NextBits() >> 24);
        }
    }

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>A span of time drawn evenly between the two.</summary>
    public TimeSpan Between(TimeSpan low, TimeSpan high) => new(NextInt64(low.Ticks, high.Ticks + 1));

    protected override double Sample() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    private ulong NextUInt64() => ((ulong)NextBits() << 32) | NextBits();

    // The name's hash must be the same in every process, which string.GetHashCode is not.
    private static ulong Fnv1A(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ b) * 1099511628211UL);
        }

        return hash;
    }
}
