using Coterie.Simulator.Kernel;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Runs;

/// <summary>What a test expects of the seeds of a run.</summary>
internal static class Expectations
{
    /// <summary>Runs many seeds, none of which may find anything wrong, and all of which together must have met each of these situations.</summary>
    /// <param name="run">What each seed does.</param>
    /// <param name="test">The test's method, for the command that repeats a seed.</param>
    /// <param name="seeds">How many, unless the environment says otherwise.</param>
    /// <param name="situations">Names of probes.</param>
    public static void MustHold(this ClusterRun run, string test, int seeds, params string[] situations)
    {
        var campaign = new Campaign();
        SeedRuns.All(test, seeds, seed =>
        {
            var report = run.Run(seed);
            campaign.Add(report);
            return report.Wrong is null ? report.Simulation : throw new SimulationViolationException(report.Wrong);
        });
        TestContext.Current.TestOutputHelper?.WriteLine(campaign.Describe());
        if (campaign.Seeds >= seeds)
        {
            Assert.DoesNotContain(situations, situation => campaign.Probes[situation] == 0);
        }
    }

    /// <summary>Runs seeds until one finds something wrong. The same seeds without the mistake must be clean.</summary>
    /// <param name="mistaken">The run with the mistake.</param>
    /// <param name="asItShouldBe">The same run without the mistake.</param>
    /// <param name="seedsMax">Within so many it must be found.</param>
    /// <param name="because">One of these must be in what is said to be wrong.</param>
    public static void MustBeFound(this ClusterRun mistaken, ClusterRun asItShouldBe, int seedsMax, params string[] because)
    {
        RunReport? found = null;
        var seed = SeedRuns.FirstWhere(seedsMax, seed => (found = mistaken.Run(seed)).Wrong is not null);
        Assert.True(seed is not null, $"not found in {seedsMax} seeds");
        Assert.True(because.Any(reason => found!.Wrong!.Contains(reason, StringComparison.Ordinal)), found!.Wrong);
        TestContext.Current.TestOutputHelper?.WriteLine($"found by seed {seed}: {found.Wrong!.Split('\n')[0]}");
        for (ulong same = 1; same <= seed; same++)
        {
            var clean = asItShouldBe.Run(same);
            Assert.True(clean.Wrong is null, $"seed {same} without the mistake: {clean.Wrong}");
        }
    }
}
