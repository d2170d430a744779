using System.Globalization;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Runs;

/// <summary>
/// Runs a simulation under many seeds. One in <see cref="DoubleRunEvery"/> runs twice, and both runs must leave the same trace. A seed that
/// fails says the one command that repeats it.
/// </summary>
/// <remarks><c>COTERIE_SEED</c> runs that seed alone, twice; <c>COTERIE_SEEDS</c> says how many seeds instead of what the test says.</remarks>
public static class SeedRuns
{
    private const int DoubleRunEvery = 20;

    /// <param name="test">The test's method, for the command.</param>
    /// <param name="count">Seeds to run, unless the environment says otherwise.</param>
    /// <param name="run">Makes the simulation of a seed and runs it to its end; throws if something is wrong.</param>
    public static void All(string test, int count, Func<ulong, Simulation> run)
    {
        foreach (var seed in Seeds(count))
        {
            One(test, seed, run);
        }
    }

    /// <summary>The first of so many seeds whose run says true, or null.</summary>
    public static ulong? FirstWhere(int count, Func<ulong, bool> found)
    {
        for (ulong seed = 1; seed <= (ulong)count; seed++)
        {
            if (found(seed))
            {
                return seed;
            }
        }

        return null;
    }

    private static void One(string test, ulong seed, Func<ulong, Simulation> run)
    {
        try
        {
            var first = run(seed);
            first.CheckNothingEscaped();
            if (seed % DoubleRunEvery == 1 || Variable("COTERIE_SEED") is not null)
            {
                CheckSame(first, run(seed));
            }
        }
        catch (Exception exception)
        {
            throw new SeedFailedException(
                $"Seed {seed} failed. To repeat it:\n  COTERIE_SEED={seed} dotnet run --project tests/Coterie.Simulation -- -method \"*{test}\"\n{(exception is SimulationViolationException ? exception.Message : exception)}");
        }
    }

    private static void CheckSame(Simulation first, Simulation second)
    {
        if (first.TraceHash != second.TraceHash)
        {
            throw new SimulationViolationException(
                $"Two runs of the seed differ: {first.Steps} and {second.Steps} steps; {TraceLog.FirstDifference(first.Log, second.Log)}");
        }
    }

    private static IEnumerable<ulong> Seeds(int count)
    {
        if (Variable("COTERIE_SEED") is { } seed)
        {
            return [seed];
        }

        var last = Variable("COTERIE_SEEDS") ?? (ulong)count;
        return Enumerable.Range(1, checked((int)last)).Select(static number => (ulong)number);
    }

    private static ulong? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
