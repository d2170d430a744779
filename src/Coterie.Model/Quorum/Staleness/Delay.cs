using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Coterie.Model.Quorum.Staleness;

/// <summary>How long one kind of message takes, in milliseconds: a distribution, drawn from by inversion.</summary>
public abstract class Delay
{
    /// <summary>As <see cref="DelayText"/> reads it.</summary>
    public abstract string Text { get; }

    /// <summary>Turns uniform numbers, more than 0 and at most 1, into delays, in place.</summary>
    public abstract void Draw(Span<double> uniform);

    protected static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}

/// <summary>Always the same.</summary>
public sealed class ConstantDelay(double milliseconds) : Delay
{
    public override string Text => Number(milliseconds);

    public override void Draw(Span<double> uniform) => uniform.Fill(milliseconds);
}

/// <summary>Any value between two, each as likely.</summary>
public sealed class UniformDelay(double least, double most) : Delay
{
    public override string Text => $"uniform({Number(least)},{Number(most)})";

    public override void Draw(Span<double> uniform)
    {
        foreach (ref var value in uniform)
        {
            value = least + ((most - least) * value);
        }
    }
}

/// <summary>
/// A Pareto distribution with this chance, else an exponential one: the body and the tail of what was measured in production, as Bailis and others fit
/// it (VLDB 2012, table 3). Chance 0 is an exponential distribution, chance 1 a Pareto one.
/// </summary>
/// <param name="bodyChance">Of the Pareto part.</param>
/// <param name="least">Its smallest value, xₘ.</param>
/// <param name="shape">Its α.</param>
/// <param name="rate">Of the exponential part, λ, per millisecond: its mean is 1/λ.</param>
public sealed class ParetoExponentialDelay(double bodyChance, double least, double shape, double rate) : Delay
{
    public override string Text =>
        bodyChance == 0 ? $"exp({Number(1 / rate)})"
        : bodyChance == 1 ? $"pareto({Number(least)},{Number(shape)})"
        : $"mix({Number(bodyChance)},{Number(least)},{Number(shape)},{Number(rate)})";

    public static ParetoExponentialDelay Exponential(double mean) => new(0, 1, 1, 1 / mean);

    public static ParetoExponentialDelay Pareto(double least, double shape) => new(1, least, shape, 1);

    /// <summary>
    /// One uniform number u says both which part (u at most the chance of the body, or more) and, stretched back to 0 to 1, where in it. With
    /// v so stretched, −ln v is exponential with mean 1, and xₘ·exp(−ln v / α) is Pareto: a logarithm and an exponential for each, four at a time.
    /// </summary>
    // Compiled once, whole: a page's first answer would otherwise run the slow code that is meant for what runs once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Draw(Span<double> uniform)
    {
        var vectors = MemoryMarshal.Cast<double, Vector256<double>>(uniform);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = Draw(vectors[i]);
        }

        for (var i = vectors.Length * Vector256<double>.Count; i < uniform.Length; i++)
        {
            uniform[i] = Draw(Vector256.Create(uniform[i])).ToScalar();
        }
    }

    private Vector256<double> Draw(Vector256<double> u)
    {
        var isBody = Vector256.LessThanOrEqual(u, Vector256.Create(bodyChance));

        // The part that is not taken would divide by nothing where there is only one part.
        var body = u / Vector256.Create(Math.Max(bodyChance, double.Epsilon));
        var tail = (u - Vector256.Create(bodyChance)) / Vector256.Create(bodyChance < 1 ? 1 - bodyChance : 1);
        var exponential = -Vector256.Log(Vector256.ConditionalSelect(isBody, body, tail));
        return Vector256.ConditionalSelect(
            isBody,
            Vector256.Create(least) * Vector256.Exp(exponential / Vector256.Create(shape)),
            exponential / Vector256.Create(rate));
    }
}

/// <summary>What was measured: each sample as likely as any other.</summary>
public sealed class SampledDelay : Delay
{
    private readonly double[] _samples;

    /// <exception cref="ArgumentException">No sample, or one that is no delay.</exception>
    public SampledDelay(IReadOnlyList<double> samples)
    {
        if (samples.Count == 0 || samples.Any(static sample => !double.IsFinite(sample) || sample < 0))
        {
            throw new ArgumentException("there must be samples, none of them negative", nameof(samples));
        }

        _samples = [.. samples];
    }

    public override string Text => $"{_samples.Length} samples";

    public override void Draw(Span<double> uniform)
    {
        foreach (ref var value in uniform)
        {
            value = _samples[Math.Min(_samples.Length - 1, (int)(value * _samples.Length))];
        }
    }
}
