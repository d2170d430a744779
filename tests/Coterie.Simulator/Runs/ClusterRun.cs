using Coterie.Server;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Runs;

/// <summary>One seed of a whole cluster: what it is made of, what is done to it, and what came of it.</summary>
public abstract record ClusterRun
{
    private const int LogLines = 40;

    public SimulatedClusterOptions Cluster { get; init; } = new();

    public FaultOptions Faults { get; init; } = new();

    /// <summary>Without them what a node missed waits for a read, or for anti-entropy.</summary>
    public bool HasHints { get; init; } = true;

    /// <summary>How long faults are done.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a healed cluster may take until every node serves, and then until every request is answered.</summary>
    public TimeSpan HealLimit { get; init; } = TimeSpan.FromSeconds(20);

    public RunReport Run(ulong seed)
    {
        var cluster = new SimulatedCluster(seed, Cluster with { Configure = Configured });
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
        report.Wrong ??= cluster.OverfullQueue ?? cluster.FallenHorizon ?? cluster.BrokenGroup;
        report.Faults = faults.Done.Count;
        if (report.Wrong is not null)
        {
            report.Wrong += $"\n--- faults\n{string.Join('\n', faults.Done)}\n--- log\n{cluster.Log.Tail(LogLines)}";
        }

        return report;
    }

    private NodeOptions Configured(NodeOptions options)
    {
        var configured = Cluster.Configure(options);
        return HasHints ? configured : configured with { Hints = configured.Hints with { Window = TimeSpan.Zero } };
    }

    /// <summary>What a seed does after the cluster has formed. Tells what is wrong in the report, or throws it.</summary>
    protected abstract void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report);
}
