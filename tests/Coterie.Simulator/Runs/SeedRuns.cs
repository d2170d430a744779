using System.Globalization;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Runs;

/// <summary>
/// Runs a simulation under many seeds, on as many threads as there are cores, each simulation on one. One in <see cref="DoubleRunEvery"/> runs
/// twice, and both runs must leave the same trace. A seed that fails says the one command that repeats it.
/// </summary>
/// <remarks>
/// <c>COTERIE_SEED</c> runs that seed alone, twice; <c>COTERIE_SEEDS</c> says how many seeds instead of what the test says, or from which to
/// which (<c>1001-2000</c>); <c>COTERIE_SEED_THREADS</c> on how many threads. The thread pool is one for all: if work escapes to it, every
/// simulation that runs at that time fails.
/// </remarks>
public static class SeedRuns
{
    private const ulong DoubleRunEvery = 20;

    /// <param name="test">The test's method, for the command.</param>
    /// <param name="count">Seeds to run, unless the environment says otherwise.</param>
    /// <param name="run">Makes the simulation of a seed and runs it to its end; throws if something is wrong. Called on several threads.</param>
    public static void All(string test, int count, Func<ulong, Simulation> run)
    {
        var (first, last) = Seeds(count);
        var failures = new SortedDictionary<ulong, SeedFailedException>();
        var next = (long)first - 1;
        var threads = Enumerable.Range(0, (int)Math.Min(Threads, last - first + 1)).Select(_ => new Thread(RunSeeds) { IsBackground = true }).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        foreach (var failure in failures.Values)
        {
            throw failure;
        }

        void RunSeeds()
        {
            while (Interlocked.Increment(ref next) is var seed && seed <= (long)last && !HasFailed())
            {
                if (One(test, (ulong)seed, run) is { } failure)
                {
                    lock (failures)
                    {
                        failures.Add((ulong)seed, failure);
                    }
                }
            }
        }

        bool HasFailed()
        {
            lock (failures)
            {
                return failures.Count > 0;
            }
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

    private static ulong Threads => Variable("COTERIE_SEED_THREADS") is { } threads ? ulong.Parse(threads, CultureInfo.InvariantCulture) : (ulong)Environment.ProcessorCount;

    /// <summary>Runs one seed; every so often, or if asked to, twice.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(ulong seed, bool twice, Func<ulong, Simulation> run)
    {
        try
        {
            var first = Simulation.Watched(() => run(seed));
            if (twice || seed % DoubleRunEvery == 1)
            {
                CheckSame(first, run(seed));
            }

            return null;
        }
        catch (Exception exception)
        {
            return exception is SimulationViolationException ? exception.Message : exception.ToString();
        }
    }

    private static SeedFailedException? One(string test, ulong seed, Func<ulong, Simulation> run) =>
        Check(seed, Variable("COTERIE_SEED") is not null, run) is { } what
            ? new SeedFailedException(
                $"Seed {seed} failed. To repeat it:\n  COTERIE_SEED={seed} dotnet run --configuration Release --project tests/Coterie.Simulation -- -method \"*{test}\"\n{what}")
            : null;

    private static void CheckSame(Simulation first, Simulation second)
    {
        if (first.TraceHash != second.TraceHash)
        {
            throw new SimulationViolationException(
                $"Two runs of the seed differ: {first.Steps} and {second.Steps} steps; {TraceLog.FirstDifference(first.Log, second.Log)}");
        }
    }

    private static (ulong First, ulong Last) Seeds(int count)
    {
        if (Variable("COTERIE_SEED") is { } one)
        {
            var seed = ulong.Parse(one, CultureInfo.InvariantCulture);
            return (seed, seed);
        }

        var range = (Variable("COTERIE_SEEDS") ?? count.ToString(CultureInfo.InvariantCulture)).Split('-');
        var last = ulong.Parse(range[^1], CultureInfo.InvariantCulture);
        return (range.Length > 1 ? ulong.Parse(range[0], CultureInfo.InvariantCulture) : 1, last);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;
}
