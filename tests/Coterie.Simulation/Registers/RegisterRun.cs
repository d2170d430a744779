using Coterie.Simulator.Checkers;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulation.Registers;

/// <summary>One seed: a cluster forms, clients write and read registers while faults are done to it, all is healed, and everything is checked.</summary>
internal sealed record RegisterRun
{
    public SimulatedClusterOptions Cluster { get; init; } = new();

    public RegisterWorkloadOptions Workload { get; init; } = new();

    public FaultOptions Faults { get; init; } = new();

    public RegisterRule Rule { get; init; } = RegisterRule.Begin;

    public int Replication { get; init; } = 3;

    public string ReadRepair { get; init; } = "BLOCKING";

    public TimeSpan Span { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a healed cluster may take until every node serves, and then until every request is answered.</summary>
    public TimeSpan HealLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <returns>What is wrong, or null; and the simulation, with its trace.</returns>
    public (string? Wrong, Simulator.Kernel.Simulation Simulation, RegisterWorkload Workload) Run(ulong seed)
    {
        var cluster = new SimulatedCluster(seed, Cluster);
        var workload = new RegisterWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        var faults = new FaultPlan(cluster, Faults);
        string? wrong;
        try
        {
            cluster.Start(TimeSpan.FromSeconds(30));
            workload.CreateTable(Replication, ReadRepair, TimeSpan.FromSeconds(30));
            workload.Start();
            faults.RunFor(Span);
            faults.HealAll();
            workload.Stop(TimeSpan.FromSeconds(30));
            cluster.AwaitServing(HealLimit);
            workload.ReadBack(RegisterWorkloadOptions.All, HealLimit);
            wrong = workload.Check(Rule);
        }
        catch (SimulationViolationException violation)
        {
            wrong = violation.Message;
        }

        if (wrong is not null)
        {
            wrong += $"\n--- faults\n{string.Join('\n', faults.Done)}\n--- log\n{cluster.Log.Tail(30)}";
        }

        return (wrong, cluster.Simulation, workload);
    }

    /// <summary>For <see cref="Simulator.Runs.SeedRuns.All"/>: throws what is wrong.</summary>
    public Simulator.Kernel.Simulation RunOrThrow(ulong seed)
    {
        var (wrong, simulation, _) = Run(seed);
        return wrong is null ? simulation : throw new SimulationViolationException(wrong);
    }
}
