using Coterie.Raft.Tests.Harness;

namespace Coterie.Raft.Tests;

/// <summary>
/// A check that finds nothing proves nothing, unless it finds what is there. Each rule is taken away in turn, and the harness must see what breaks, within
/// so many seeds.
/// </summary>
public sealed class PlantedMistakesTests
{
    private const int Steps = 2000;

    public static TheoryData<string, int, int> Mistakes => new()
    {
        { nameof(RaftRules.VotesOnceATerm), 3, 20 },
        { nameof(RaftRules.VotesForCompleteLogsOnly), 3, 100 },
        { nameof(RaftRules.KeepsWhatMatches), 3, 20 },
        { nameof(RaftRules.ReplacesWhatConflicts), 3, 20 },
        { nameof(RaftRules.AcceptsBehindWhatMatchesOnly), 3, 250 },
        { nameof(RaftRules.HeartbeatsCommitWhatMatchesOnly), 3, 100 },
        { nameof(RaftRules.StepsDownWithoutMajority), 3, 20 },
        { nameof(RaftRules.ReadsAskMajority), 3, 200 },
        { nameof(RaftRules.ReadsAwaitAnEntryOfTheTerm), 3, 50 },
        { nameof(RaftRules.PassiveCountsForNothing), 3, 30 },
        { nameof(RaftRules.ForgetsWhatWasLost), 3, 1500 },
        { nameof(HarnessRules.SyncsVotesFirst), 3, 20 },
        { nameof(HarnessRules.SyncsEntriesFirst), 3, 150 },
        { nameof(HarnessRules.CatchesUpBeforeItCounts), 3, 30 },
        { nameof(HarnessRules.KnowsThatItsDiskIsLost), 3, 20 },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_rule_that_is_taken_away_is_missed(string rule, int members, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            if (Found.What(seed, members, Steps, Without.Raft(rule), Without.Owner(rule), (seed % 3) switch { 0 => WithLostDisks, 1 => Hectic, _ => null }) is { } found)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(found);
                return;
            }
        }

        Assert.Fail($"without {rule} nothing was found in {seeds} seeds");
    }

    private static Chances WithLostDisks(Chances chances) => chances with { LostDisks = 8, Heals = Math.Max(4, chances.Heals), Errands = 100 };

    private static Chances Hectic(Chances chances) => chances with
    {
        Ticks = 250,
        Faults = 90,
        Heals = 8,
        Crashes = 8,
        Pauses = 8,
        Partitions = 8,
        Suspicions = 14,
        LostDisks = 0,
        Losses = 250,
    };
}
