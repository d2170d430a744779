using System.Globalization;

namespace Coterie.Model.Quorum.Staleness;

/// <summary>
/// Delays as people write them, in milliseconds: <c>2</c>, <c>uniform(1,5)</c>, <c>exp(10)</c> with its mean, <c>pareto(0.2,3)</c> with its least
/// value and shape, <c>mix(0.9,0.2,10,1.7)</c>: with chance 0.9 Pareto of 0.2 and 10, else exponential with rate 1.7 per millisecond.
/// </summary>
public static class DelayText
{
    public const string Forms = "2, uniform(1,5), exp(10), pareto(0.2,3), mix(0.9,0.2,10,1.7)";

    // Beyond these, nothing is said of a database any more, and sums lose their meaning.
    private const double LeastNumber = 1e-6;
    private const double MostNumber = 1e6;

    /// <summary>Null if it is none of the forms, or a number in it makes no sense.</summary>
    public static Delay? Parse(string text)
    {
        text = text.Trim();
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var form = open < 0 ? "" : text[..open].Trim();
        if (open >= 0 && !text.EndsWith(')'))
        {
            return null;
        }

        if (Numbers(open < 0 ? text : text[(open + 1)..^1]) is not { } numbers)
        {
            return null;
        }

        return (form, numbers) switch
        {
            ("", [var value]) when value is 0 || IsSize(value) => new ConstantDelay(value),
            ("uniform", [var least, var most]) when (least is 0 || IsSize(least)) && IsSize(most) && least <= most => new UniformDelay(least, most),
            ("exp", [var mean]) when IsSize(mean) => ParetoExponentialDelay.Exponential(mean),
            ("pareto", [var least, var shape]) when IsSize(least) && IsSize(shape) => ParetoExponentialDelay.Pareto(least, shape),
            ("mix", [var chance, var least, var shape, var rate]) when chance is >= 0 and <= 1 && IsSize(least) && IsSize(shape) && IsSize(rate) =>
                new ParetoExponentialDelay(chance, least, shape, rate),
            _ => null,
        };
    }

    private static bool IsSize(double value) => value is >= LeastNumber and <= MostNumber;

    private static double[]? Numbers(string text)
    {
        var parts = text.Split(',');
        var numbers = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }
}
