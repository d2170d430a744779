using System.Runtime.CompilerServices;
using Coterie.Model;
using Coterie.Raft.Tests.Harness;

namespace Coterie.Raft.Tests;

/// <summary>
/// Scenarios, with everything that happens in them on record. With COTERIE_RECORD=1 in the environment they are recorded anew; what changed is then for the
/// author to explain.
/// </summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder(), "*.txt").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>What a scenario must come to grief over, if its rule does not hold.</summary>
    public static TheoryData<string, string> Rules => new()
    {
        { "figure-8", nameof(RaftRules.CountsCopiesOfItsOwnTermOnly) },
        { "a-promise-is-taken-back", nameof(RaftRules.TakesBackUnsaidPromises) },
        { "a-late-answer-confirms-no-read", nameof(RaftRules.ReadsCountTheirRoundOnly) },
        { "a-lost-disk-and-a-late-answer", nameof(HarnessRules.ClosesOldConnections) },
        { "a-lost-disk-and-what-it-had", nameof(RaftRules.ForgetsWhatWasLost) },
        { "an-isolated-member-returns", nameof(RaftRules.AsksBeforeCampaigning) },
        { "a-change-of-an-earlier-term", nameof(RaftRules.ChangesAwaitAnEntryOfTheTerm) },
        { "a-change-gives-way", nameof(RaftRules.ForgetsReplacedMemberships) },
        { "two-changes-at-once", nameof(RaftRules.ChangesOneByOne) },
        { "a-leader-removes-itself", nameof(RaftRules.RemovedLeadersStop) },
        { "a-state-brings-the-members", nameof(RaftRules.StatesBringTheMembership) },
        { "a-learner-does-not-count", nameof(RaftRules.LearnersCountForNothing) },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_goes_as_recorded(string name)
    {
        var isRecording = Environment.GetEnvironmentVariable("COTERIE_RECORD") == "1";
        var file = Path.Combine(isRecording ? SourceFolder() : Folder(), name + ".txt");
        var text = File.ReadAllText(file);
        var record = new Scenario(RaftRules.All, HarnessRules.All).Run(text);
        if (isRecording)
        {
            File.WriteAllText(file, record);
        }
        else
        {
            Assert.Equal(text, record);
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_that_is_taken_away_is_missed(string name, string rule)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), name + ".txt"));
        var found = Record.Exception(() => new Scenario(Without.Raft(rule), Without.Owner(rule)).Run(text));
        Assert.True(found is BrokenInvariantException or Xunit.Sdk.EqualException, found?.ToString() ?? "nothing was found");
        TestContext.Current.TestOutputHelper?.WriteLine(found!.Message);
    }

    private static string Folder() => Path.Combine(AppContext.BaseDirectory, "Scenarios");

    private static string SourceFolder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Scenarios");
}
