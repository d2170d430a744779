using System.Net;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Runs;

public sealed class SeedRunsTests
{
    [Fact]
    public void A_seed_that_fails_says_the_command_that_repeats_it()
    {
        var failure = Assert.Throws<SeedFailedException>(() => SeedRuns.All("Some_test", 1, static _ => throw new InvalidOperationException("no quorum")));
        Assert.Contains("COTERIE_SEED=", failure.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet run --configuration Release --project tests/Coterie.Simulation -- -method \"*Some_test\"", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no quorum", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_of_a_seed_that_differ_are_caught_with_the_place_where_they_part()
    {
        var runs = 0;
        var failure = Assert.Throws<SeedFailedException>(() => SeedRuns.All("Some_test", 1, seed => Ticking(seed, ++runs == 2)));
        Assert.Contains("they part before step", failure.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_of_a_seed_that_agree_pass() => SeedRuns.All("Some_test", 1, static seed => Ticking(seed, false));

    [Fact]
    public void The_first_seed_that_finds_something_is_told()
    {
        Assert.Equal(7UL, SeedRuns.FirstWhere(10, static seed => seed == 7));
        Assert.Null(SeedRuns.FirstWhere(5, static seed => seed == 7));
    }

    /// <summary>A process that waits again and again; if asked to, once a little longer, after a while.</summary>
    private static Simulator.Kernel.Simulation Ticking(ulong seed, bool hesitates)
    {
        var simulation = new Simulator.Kernel.Simulation(seed);
        var process = new SimulatedMachine(simulation, "n1", 1, IPAddress.Parse("10.0.0.1"), new SimulatedClock()).Start();
        process.Post(() => _ = Tick());
        simulation.RunFor(TimeSpan.FromSeconds(2));
        return simulation;

        async Task Tick()
        {
            for (var tick = 0; ; tick++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(hesitates && tick == 1_000 ? 5 : 1), process.Time);
            }
        }
    }
}
