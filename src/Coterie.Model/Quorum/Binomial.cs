namespace Coterie.Model.Quorum;

/// <summary>
/// Chances of so many of n replicas being up, each by itself with the same chance. Sums what is small (being down), so that twelve nines are not lost
/// in the rounding of a number next to 1.
/// </summary>
public static class Binomial
{
    /// <summary>The number of ways to take k of n; 0 if there is none.</summary>
    public static long Choose(int n, int k)
    {
        if (k < 0 || k > n)
        {
            return 0;
        }

        var ways = 1L;
        for (var i = 1; i <= k; i++)
        {
            ways = ways * (n - k + i) / i;
        }

        return ways;
    }

    /// <summary>The chance that fewer than <paramref name="required"/> of <paramref name="n"/> are up.</summary>
    /// <param name="up">The chance of each to be up, 0 to 1.</param>
    public static double FewerThan(int required, int n, double up)
    {
        var chance = 0.0;
        for (var k = 0; k < Math.Min(required, n + 1); k++)
        {
            chance += Choose(n, k) * Math.Pow(up, k) * Math.Pow(1 - up, n - k);
        }

        return Math.Min(1, chance);
    }
}
