namespace Coterie.Raft;

/// <summary>
/// The rules that make a group safe, each by its name, so that tests can take one away and must see what then breaks. In the product all of them hold:
/// nothing outside of the tests can set one.
/// </summary>
internal sealed record RaftRules
{
    public static RaftRules All { get; } = new();

    /// <summary>A member gives one vote a term (Raft §5.2).</summary>
    public bool VotesOnceATerm { get; init; } = true;

    /// <summary>A vote goes to a log at least as up to date as the voter's (Raft §5.4.1).</summary>
    public bool VotesForCompleteLogsOnly { get; init; } = true;

    /// <summary>Copies are counted for entries of the leader's own term only (Raft §5.4.2, figure 8).</summary>
    public bool CountsCopiesOfItsOwnTermOnly { get; init; } = true;

    /// <summary>Entries that are here already and match stay when an older message comes late (Raft figure 2, AppendEntries 3).</summary>
    public bool KeepsWhatMatches { get; init; } = true;

    /// <summary>An entry of another term gives way to the leader's, and all behind it (Raft figure 2, AppendEntries 3).</summary>
    public bool ReplacesWhatConflicts { get; init; } = true;

    /// <summary>Entries are taken only behind one that matches (Raft figure 2, AppendEntries 2).</summary>
    public bool AcceptsBehindWhatMatchesOnly { get; init; } = true;

    /// <summary>A heartbeat commits no more than the follower is known to have (etcd's raft).</summary>
    public bool HeartbeatsCommitWhatMatchesOnly { get; init; } = true;

    /// <summary>What is to be said after a write is not said any more in a later term: what stood behind it may have been replaced before it was written, and would not be true.</summary>
    public bool TakesBackUnsaidPromises { get; init; } = true;

    /// <summary>A leader that hears of no majority stops (thesis §6.2).</summary>
    public bool StepsDownWithoutMajority { get; init; } = true;

    /// <summary>A read waits until a majority has confirmed the leader (thesis §6.4, step 3).</summary>
    public bool ReadsAskMajority { get; init; } = true;

    /// <summary>Answers to an earlier heartbeat say nothing about a later read (thesis §6.4).</summary>
    public bool ReadsCountTheirRoundOnly { get; init; } = true;

    /// <summary>A new leader answers no read before it has committed an entry of its own (thesis §6.4, step 1).</summary>
    public bool ReadsAwaitAnEntryOfTheTerm { get; init; } = true;

    /// <summary>Before it disturbs anyone with a new term, a member asks whether it would be elected (thesis §9.6).</summary>
    public bool AsksBeforeCampaigning { get; init; } = true;

    /// <summary>A member that may have forgotten its promises neither votes nor counts.</summary>
    public bool PassiveCountsForNothing { get; init; } = true;

    /// <summary>What a member had before it lost its disk counts no more.</summary>
    public bool ForgetsWhatWasLost { get; init; } = true;

    /// <summary>A member that counts again does not vote in the term in which it may have voted before.</summary>
    public bool SpendsForgottenVotes { get; init; } = true;

    /// <summary>The next change of the members waits until the one before is committed (thesis §4.1).</summary>
    public bool ChangesOneByOne { get; init; } = true;

    /// <summary>
    /// A new leader changes no members before it has committed an entry of its own term: until then another may have a change of an earlier term, by one voter from
    /// the same members, and their majorities need not meet (Ongaro, "bug in single-server membership changes", raft-dev, July 2015).
    /// </summary>
    public bool ChangesAwaitAnEntryOfTheTerm { get; init; } = true;

    /// <summary>Learners neither vote nor count (thesis §4.2.1).</summary>
    public bool LearnersCountForNothing { get; init; } = true;

    /// <summary>A leader that has removed itself stops when that is committed (thesis §4.2.2).</summary>
    public bool RemovedLeadersStop { get; init; } = true;

    /// <summary>Members go back to what held before when the entry that changed it gives way (thesis §4.1).</summary>
    public bool ForgetsReplacedMemberships { get; init; } = true;

    /// <summary>A state that is fetched says who is in the group as of it (thesis §5.1).</summary>
    public bool StatesBringTheMembership { get; init; } = true;

    /// <summary>Who is no voter, and knows it for certain, does not ask for votes (thesis §4.2.2).</summary>
    public bool OnlyVotersCampaign { get; init; } = true;
}
