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

    // The rarest of the numbers drawn, 2⁻⁵³, makes a Pareto delay of least · 2^(53 / shape): with a shape of 0.01 that is more than a double can hold, and the
    // difference of two such delays is no number. With this one it is at most 10¹⁶⁶, and all sums are finite.
    private const double LeastShape = 0.1;

    /// <summary>Null if it is none of the forms, or a number in it makes no sense.</summary>
    public static Delay? Parse(string text) => Parse(text, out _);

    /// <param name="problem">Why a delay that has one of the forms is refused all the same, in a sentence; null: it is not, or there is no more to say than what the forms are.</param>
    /// <inheritdoc cref="Parse(string)"/>
    public static Delay? Parse(string text, out string? problem)
    {
        problem = null;
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

        problem = ShapeProblem(text, form, numbers);
        return (form, numbers) switch
        {
            ("", [var value]) when value is 0 || IsSize(value) => new ConstantDelay(value),
            ("uniform", [var least, var most]) when (least is 0 || IsSize(least)) && IsSize(most) && least <= most => new UniformDelay(least, most),
            ("exp", [var mean]) when IsSize(mean) => ParetoExponentialDelay.Exponential(mean),
            ("pareto", [var least, var shape]) when IsSize(least) && IsShape(shape) => ParetoExponentialDelay.Pareto(least, shape),
            ("mix", [var chance, var least, var shape, var rate]) when chance is >= 0 and <= 1 && IsSize(least) && IsShape(shape) && IsSize(rate) =>
                new ParetoExponentialDelay(chance, least, shape, rate),
            _ => null,
        };
    }

    private static bool IsSize(double value) => value is >= LeastNumber and <= MostNumber;

    private static bool IsShape(double value) => value is >= LeastShape and <= MostNumber;

    private static string? ShapeProblem(string text, string form, double[] numbers)
    {
        double? shape = (form, numbers) switch
        {
            ("pareto", [_, var its]) => its,
            ("mix", [_, _, var its, _]) => its,
            _ => null,
        };
        return shape is > 0 and < LeastShape
            ? string.Create(CultureInfo.InvariantCulture, $"the shape of a Pareto delay must be at least {LeastShape}: with less, its longest delays have no finite length; not '{Quoted.Of(text)}'")
            : null;
    }

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
