using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Runs;

/// <summary>One seed of a whole cluster: what it is made of, what is done to it, and what came of it.</summary>
internal abstract record ClusterRun
{
    private const int LogLines = 40;

    public SimulatedClusterOptions Cluster { get; init; } = new();

    public FaultOptions Faults { get; init; } = new();

    /// <summary>How long faults are done.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a healed cluster may take until every node serves, and then until every request is answered.</summary>
    public TimeSpan HealLimit { get; init; } = TimeSpan.FromSeconds(20);

    public RunReport Run(ulong seed)
    {
        var cluster = new SimulatedCluster(seed, Cluster);
        var faults = new FaultPlan(cluster, Faults);
        var report = new RunReport(cluster.Simulation, cluster.Probes);
        try
        {
            cluster.Start(TimeSpan.FromSeconds(30));
            Run(cluster, faults, report);
        }
        catch (SimulationViolationException violation)
        {
            report.Wrong = violation.Message;
        }

        cluster.CollectProbes();
        if (report.Wrong is not null)
        {
            report.Wrong += $"\n--- faults\n{string.Join('\n', faults.Done)}\n--- log\n{cluster.Log.Tail(LogLines)}";
        }

        return report;
    }

    /// <summary>Runs many seeds, none of which may find anything wrong, and all of which together must have met each of these situations.</summary>
    /// <param name="test">The test's method, for the command that repeats a seed.</param>
    public void MustHold(string test, int seeds, params string[] situations)
    {
        var campaign = new Campaign();
        SeedRuns.All(test, seeds, seed =>
        {
            var report = Run(seed);
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
    /// <param name="asItShouldBe">The same run without the mistake.</param>
    public void MustBeFound(ClusterRun asItShouldBe, int seedsMax, params string[] because)
    {
        RunReport? found = null;
        var seed = SeedRuns.FirstWhere(seedsMax, seed => (found = Run(seed)).Wrong is not null);
        Assert.True(seed is not null, $"not found in {seedsMax} seeds");
        Assert.True(because.Any(reason => found!.Wrong!.Contains(reason, StringComparison.Ordinal)), found!.Wrong);
        TestContext.Current.TestOutputHelper?.WriteLine($"found by seed {seed}: {found.Wrong!.Split('\n')[0]}");
        for (ulong same = 1; same <= seed; same++)
        {
            var clean = asItShouldBe.Run(same);
            Assert.True(clean.Wrong is null, $"seed {same} without the mistake: {clean.Wrong}");
        }
    }

    /// <summary>What a seed does after the cluster has formed. Tells what is wrong in the report, or throws it.</summary>
    protected abstract void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report);
}
