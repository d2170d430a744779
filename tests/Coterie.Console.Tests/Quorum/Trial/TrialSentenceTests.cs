using Coterie.WebConsole.Quorum.Trial;

namespace Coterie.WebConsole.Tests.Quorum.Trial;

public sealed class TrialSentenceTests
{
    private static readonly TrialPlan Plan = TrialPlan.Make(Trials.Question("3", "ONE", "QUORUM"), Trials.Nodes("dc1", "dc1", "dc1"), 10, DateTimeOffset.UnixEpoch, out _)!;

    [Theory]
    [InlineData(1_000, .975, 0, 0, "97.5 % of 1,000 reads saw the write before them.")]
    [InlineData(1_000, 1, 0, 1, "All 1,000 reads saw the write before them. 1 read failed.")]
    [InlineData(3, 0, 2, 1, "0 % of 3 reads saw the write before them. 2 writes and 1 read failed.")]
    [InlineData(0, 0, 20, 0, "Nothing came of it. 20 writes failed.")]
    public void The_outcome_is_a_sentence(int trials, double seen, int failedWrites, int failedReads, string sentence)
    {
        var nothing = new TrialLatency([], []);
        var result = new TrialResult("3", "QUORUM", "ONE", trials, failedWrites, failedReads, true, seen, [], nothing, nothing, null);
        Assert.Equal(sentence, TrialSentence.Of(TrialPhase.Done, Plan, result, false));
        Assert.Equal("Stopped. " + sentence, TrialSentence.Of(TrialPhase.Done, Plan, result, true));
    }

    [Fact]
    public void What_is_under_way_is_said_with_what_was_set()
    {
        Assert.Equal("Writing with W = QUORUM, reading with R = ONE.", TrialSentence.Of(TrialPhase.Trying, Plan, null, false));
        Assert.Equal("Nothing was tried.", TrialSentence.Of(TrialPhase.Done, Plan, null, false));
        Assert.Equal("The delays between the nodes of this cluster have been measured.", TrialSentence.Of(TrialPhase.Done, Plan with { Trials = 0 }, null, false));
    }
}
