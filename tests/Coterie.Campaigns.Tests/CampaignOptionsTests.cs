using Coterie.Simulator.Runs;

namespace Coterie.Campaigns.Tests;

public sealed class CampaignOptionsTests
{
    [Fact]
    public void Everything_that_can_be_said_is_understood()
    {
        var options = CampaignOptions.Parse(
            ["--seeds", "5-17", "--workload", "rows,schema", "--hours", "0.5", "--parallel", "3", "--crash-images", "9", "--json"], out var problem);
        Assert.Equal("", problem);
        Assert.Equal((5UL, 17UL, 3, 9, true), (options!.FirstSeed, options.LastSeed, options.Parallel, options.CrashImages, options.IsJson));
        Assert.Equal(TimeSpan.FromMinutes(30), options.TimeLimit);
        Assert.Equal(["rows", "schema"], options.Workloads);
    }

    [Fact]
    public void All_workloads_are_run_unless_one_is_named_but_never_the_canary()
    {
        Assert.Equal(RunCatalog.All, CampaignOptions.Parse([], out _)!.Workloads);
        Assert.Equal(RunCatalog.All, CampaignOptions.Parse(["--workload", "all"], out _)!.Workloads);
        Assert.DoesNotContain(RunCatalog.Canary, RunCatalog.All);
        Assert.Equal([RunCatalog.Canary], CampaignOptions.Parse(["--workload", RunCatalog.Canary], out _)!.Workloads);
    }

    [Theory]
    [InlineData("--seeds", "9-3")]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--seeds", "1-2-3")]
    [InlineData("--workload", "dreams")]
    [InlineData("--workload", "")]
    [InlineData("--hours", "-1")]
    [InlineData("--parallel", "0")]
    [InlineData("--crash-images", "-5")]
    [InlineData("--what", "1")]
    public void What_is_not_understood_is_refused_with_its_name(string name, string value)
    {
        Assert.Null(CampaignOptions.Parse([name, value], out var problem));
        Assert.Contains($"{name} {value}", problem, StringComparison.Ordinal);
    }
}
