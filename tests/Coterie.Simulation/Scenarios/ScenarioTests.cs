using System.Runtime.CompilerServices;
using Coterie.Simulator.Scenarios;

namespace Coterie.Simulation.Scenarios;

/// <summary>
/// Every file beside this one, replayed: it must come out as it is recorded. <c>COTERIE_REWRITE=1</c> writes it anew instead; whoever does that explains the
/// difference.
/// </summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Here(), "*.txt").Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_scenario_comes_out_as_it_is_recorded(string file)
    {
        var path = Path.Combine(Here(), file);
        var recorded = File.ReadAllText(path);
        var replayed = Scenario.Replay(recorded);
        if (Environment.GetEnvironmentVariable("COTERIE_REWRITE") is { Length: > 0 })
        {
            File.WriteAllText(path, replayed);
            return;
        }

        Assert.Equal(recorded, replayed);
    }

    [Fact]
    public void A_scenario_comes_out_the_same_twice() => Assert.Equal(Scenario.Replay(Short), Scenario.Replay(Short));

    [Fact]
    public void What_is_recorded_wrongly_comes_out_right() =>
        Assert.Contains("read k=1 ONE via n1\n  absent\n", Scenario.Replay($"{Short}  a\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("expect rows n1 1=a", "line 4, expect rows n1 1=a: rows of n1: none")]
    [InlineData("read k=1 MOST via n1", "there is no level MOST")]
    [InlineData("read k=1 ONE via n9", "there is no node n9")]
    [InlineData("explode n1", "no such command")]
    [InlineData("show dreams n1", "there is no view dreams")]
    [InlineData("advance soon", "soon is not a span")]
    [InlineData("pause n2", "n2 is down")]
    [InlineData("nodes 3", "there already")]
    public void A_command_that_is_wrong_or_does_not_hold_fails_with_its_line(string command, string why)
    {
        var failure = Assert.Throws<ScenarioException>(() => Scenario.Replay($"nodes 3\ntable 3\nkill n2\n{command}\n"));
        Assert.Contains("line 4", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    private const string Short = "nodes 3\ntable 3\nread k=1 ONE via n1\n";

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
