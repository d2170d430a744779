namespace Coterie.Raft.Tests.Harness;

/// <summary>All rules but one, by its name.</summary>
internal static class Without
{
    public static RaftRules Raft(string without) => without switch
    {
        nameof(RaftRules.VotesOnceATerm) => RaftRules.All with { VotesOnceATerm = false },
        nameof(RaftRules.VotesForCompleteLogsOnly) => RaftRules.All with { VotesForCompleteLogsOnly = false },
        nameof(RaftRules.KeepsWhatMatches) => RaftRules.All with { KeepsWhatMatches = false },
        nameof(RaftRules.ReplacesWhatConflicts) => RaftRules.All with { ReplacesWhatConflicts = false },
        nameof(RaftRules.AcceptsBehindWhatMatchesOnly) => RaftRules.All with { AcceptsBehindWhatMatchesOnly = false },
        nameof(RaftRules.HeartbeatsCommitWhatMatchesOnly) => RaftRules.All with { HeartbeatsCommitWhatMatchesOnly = false },
        nameof(RaftRules.StepsDownWithoutMajority) => RaftRules.All with { StepsDownWithoutMajority = false },
        nameof(RaftRules.ReadsAskMajority) => RaftRules.All with { ReadsAskMajority = false },
        nameof(RaftRules.ReadsAwaitAnEntryOfTheTerm) => RaftRules.All with { ReadsAwaitAnEntryOfTheTerm = false },
        nameof(RaftRules.PassiveCountsForNothing) => RaftRules.All with { PassiveCountsForNothing = false },
        nameof(RaftRules.ForgetsWhatWasLost) => RaftRules.All with { ForgetsWhatWasLost = false },
        nameof(RaftRules.CountsCopiesOfItsOwnTermOnly) => RaftRules.All with { CountsCopiesOfItsOwnTermOnly = false },
        nameof(RaftRules.TakesBackUnsaidPromises) => RaftRules.All with { TakesBackUnsaidPromises = false },
        nameof(RaftRules.ReadsCountTheirRoundOnly) => RaftRules.All with { ReadsCountTheirRoundOnly = false },
        nameof(RaftRules.SpendsForgottenVotes) => RaftRules.All with { SpendsForgottenVotes = false },
        nameof(RaftRules.AsksBeforeCampaigning) => RaftRules.All with { AsksBeforeCampaigning = false },
        nameof(RaftRules.ChangesOneByOne) => RaftRules.All with { ChangesOneByOne = false },
        nameof(RaftRules.ChangesAwaitAnEntryOfTheTerm) => RaftRules.All with { ChangesAwaitAnEntryOfTheTerm = false },
        nameof(RaftRules.LearnersCountForNothing) => RaftRules.All with { LearnersCountForNothing = false },
        nameof(RaftRules.RemovedLeadersStop) => RaftRules.All with { RemovedLeadersStop = false },
        nameof(RaftRules.ForgetsReplacedMemberships) => RaftRules.All with { ForgetsReplacedMemberships = false },
        nameof(RaftRules.StatesBringTheMembership) => RaftRules.All with { StatesBringTheMembership = false },
        nameof(RaftRules.OnlyVotersCampaign) => RaftRules.All with { OnlyVotersCampaign = false },
        _ => RaftRules.All,
    };

    public static HarnessRules Owner(string without) => without switch
    {
        nameof(HarnessRules.SyncsVotesFirst) => HarnessRules.All with { SyncsVotesFirst = false },
        nameof(HarnessRules.SyncsEntriesFirst) => HarnessRules.All with { SyncsEntriesFirst = false },
        nameof(HarnessRules.CatchesUpBeforeItCounts) => HarnessRules.All with { CatchesUpBeforeItCounts = false },
        nameof(HarnessRules.KnowsThatItsDiskIsLost) => HarnessRules.All with { KnowsThatItsDiskIsLost = false },
        nameof(HarnessRules.ClosesOldConnections) => HarnessRules.All with { ClosesOldConnections = false },
        _ => HarnessRules.All,
    };
}
