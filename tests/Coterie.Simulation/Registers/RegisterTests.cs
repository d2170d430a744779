using Coterie.Simulator.Checkers;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Registers;

/// <summary>What docs/consistency.md promises of a cell, checked over whole clusters under faults.</summary>
public sealed class RegisterTests
{
    [Fact]
    public void Without_faults_every_request_succeeds_and_registers_are_linearizable()
    {
        var run = new RegisterRun
        {
            Cluster = new() { ClockOffsetMax = TimeSpan.Zero },
            Faults = FaultOptions.None,
            Rule = RegisterRule.Full,
            Span = TimeSpan.FromSeconds(10),
        };
        SeedRuns.All(
            nameof(Without_faults_every_request_succeeds_and_registers_are_linearizable),
            5,
            seed =>
            {
                var (wrong, simulation, workload) = run.Run(seed);
                Assert.True(wrong is null, wrong);
                Assert.Equal(0, workload.Failed);
                Assert.True(workload.Succeeded > 500, $"{workload.Succeeded} requests");
                return simulation;
            });
    }

    [Fact]
    public void Under_faults_reads_are_never_older_than_what_had_taken_effect() =>
        SeedRuns.All(nameof(Under_faults_reads_are_never_older_than_what_had_taken_effect), 20, new RegisterRun().RunOrThrow);
}
