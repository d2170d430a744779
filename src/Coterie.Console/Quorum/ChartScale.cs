namespace Coterie.WebConsole.Quorum;

/// <summary>A point of a curve in the units of its axes.</summary>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>Numbers that people like to see at an axis.</summary>
internal static class ChartScale
{
    private static readonly double[] Steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

    /// <summary>A round number that is not less, and not much more.</summary>
    public static double NiceEnd(double least)
    {
        if (least <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return Steps.First(step => step * power >= least * 0.999999) * power;
    }
}
