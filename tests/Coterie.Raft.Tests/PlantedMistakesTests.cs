using Coterie.Raft.Tests.Harness;

namespace Coterie.Raft.Tests;

/// <summary>
/// A check that finds nothing proves nothing, unless it finds what is there. Each rule is taken away in turn, and the harness must see what breaks, within
/// so many seeds.
/// </summary>
public sealed class PlantedMistakesTests
{
    private const int Steps = 2000;
    private const int StepsWithMembers = 8000;

    public static TheoryData<string, int, int> Mistakes => new()
    {
        { nameof(RaftRules.VotesOnceATerm), 3, 100 },
        { nameof(RaftRules.VotesForCompleteLogsOnly), 3, 100 },
        { nameof(RaftRules.KeepsWhatMatches), 3, 100 },
        { nameof(RaftRules.ReplacesWhatConflicts), 3, 100 },
        { nameof(RaftRules.AcceptsBehindWhatMatchesOnly), 3, 200 },
        { nameof(RaftRules.HeartbeatsCommitWhatMatchesOnly), 3, 100 },
        { nameof(RaftRules.StepsDownWithoutMajority), 3, 20 },
        { nameof(RaftRules.ReadsAskMajority), 3, 300 },
        { nameof(RaftRules.ReadsAwaitAnEntryOfTheTerm), 3, 50 },
        { nameof(RaftRules.PassiveCountsForNothing), 3, 100 },
        { nameof(RaftRules.ForgetsWhatWasLost), 3, 1000 },
        { nameof(HarnessRules.SyncsVotesFirst), 3, 100 },
        { nameof(HarnessRules.SyncsEntriesFirst), 3, 100 },
        { nameof(HarnessRules.CatchesUpBeforeItCounts), 3, 100 },
        { nameof(HarnessRules.KnowsThatItsDiskIsLost), 3, 20 },
    };

    /// <summary>Of groups whose members come and go.</summary>
    public static TheoryData<string, int> MistakesWithMembers => new()
    {
        { nameof(RaftRules.ChangesOneByOne), 50 },
        { nameof(RaftRules.LearnersCountForNothing), 1000 },
        { nameof(RaftRules.RemovedLeadersStop), 20 },
        { nameof(RaftRules.ForgetsReplacedMemberships), 50 },
        { nameof(RaftRules.StatesBringTheMembership), 50 },
        { nameof(RaftRules.OnlyVotersCampaign), 50 },
    };

    [Theory]
    [MemberData(nameof(MistakesWithMembers))]
    public void A_rule_about_members_that_is_taken_away_is_missed(string rule, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            if (Found.What(seed, 3, StepsWithMembers, Without.Raft(rule), HarnessRules.All, Chances.MembersChange(seed), spares: 2) is { } found)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{seed} seeds: {found}");
                return;
            }
        }

        Assert.Fail($"without {rule} nothing was found in {seeds} seeds");
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_rule_that_is_taken_away_is_missed(string rule, int members, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            if (Found.What(seed, members, Steps, Without.Raft(rule), Without.Owner(rule), Chances.ProfileOf(seed)) is { } found)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{seed} seeds: {found}");
                return;
            }
        }

        Assert.Fail($"without {rule} nothing was found in {seeds} seeds");
    }
}
