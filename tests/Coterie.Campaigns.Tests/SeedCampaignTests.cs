using System.Text.Json;
using Coterie.Simulator.Runs;

namespace Coterie.Campaigns.Tests;

/// <summary>The command as it is run: what it says, and that it can say that something was found.</summary>
public sealed class SeedCampaignTests
{
    [Fact]
    public void A_campaign_sums_up_what_was_done()
    {
        var (status, summary) = Run("--workload", "registers,schema", "--seeds", "1-2", "--json", "--parallel", "1");
        Assert.Equal(0, status);

        // The first seed of each workload runs twice.
        Assert.Equal(6, summary.GetProperty("runs").GetInt32());
        Assert.True(summary.GetProperty("operations").GetInt64() > 5_000);
        Assert.True(summary.GetProperty("virtual_hours").GetDouble() > 0.03);
        Assert.True(summary.GetProperty("faults_median").GetInt32() >= 20);
        Assert.True(summary.GetProperty("faults_by_kind").EnumerateObject().Count() >= 6);
        Assert.Empty(summary.GetProperty("failures").EnumerateArray());
    }

    /// <summary>The pipeline's own canary: if this run passes, nothing that the campaign says means anything.</summary>
    [Fact]
    public void The_canary_is_found_and_the_command_that_repeats_it_finds_it_again()
    {
        var (status, summary) = Run("--workload", RunCatalog.Canary, "--seeds", "1-10", "--json", "--parallel", "2");
        Assert.Equal(1, status);
        var failure = summary.GetProperty("failures").EnumerateArray().First();
        Assert.Contains("which had taken effect before", failure.GetProperty("what").GetString(), StringComparison.Ordinal);
        var again = failure.GetProperty("again").GetString()!.Split(' ');
        Assert.Equal("./coterie-sim", again[0]);
        var (statusAgain, summaryAgain) = Run([.. again[1..], "--json"]);
        Assert.Equal(1, statusAgain);
        Assert.Equal(failure.GetProperty("what").GetString(), summaryAgain.GetProperty("failures").EnumerateArray().Single().GetProperty("what").GetString());
    }

    [Fact]
    public void A_failure_is_told_in_words_with_the_command_that_repeats_it()
    {
        // Which seed finds it is not for this test to say: that changes with the product.
        var (_, summary) = Run("--workload", RunCatalog.Canary, "--seeds", "1-10", "--json", "--parallel", "2");
        var seed = summary.GetProperty("failures").EnumerateArray().First().GetProperty("again").GetString()!.Split(' ')[^1];
        var (output, progress) = (new StringWriter(), new StringWriter());
        var options = CampaignOptions.Parse(["--workload", RunCatalog.Canary, "--seeds", seed], out _)!;
        Assert.Equal(1, new SeedCampaign(options, output, progress).Run());
        Assert.Contains($"canary, seed {seed}. To run it again: ./coterie-sim --workload canary --seeds {seed}", output.ToString(), StringComparison.Ordinal);
    }

    private static (int Status, JsonElement Summary) Run(params string[] arguments)
    {
        var (output, progress) = (new StringWriter(), new StringWriter());
        var options = CampaignOptions.Parse(arguments, out var problem);
        Assert.Equal("", problem);
        var status = new SeedCampaign(options!, output, progress).Run();
        return (status, JsonDocument.Parse(output.ToString()).RootElement);
    }
}
