using Coterie.Model.Quorum.Reports;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>How a trial stands, in one sentence or two.</summary>
internal static class TrialSentence
{
    public static string Of(TrialPhase phase, TrialPlan plan, TrialResult? result, bool stopped) => phase switch
    {
        TrialPhase.Idle => "",
        TrialPhase.Preparing => "Making a keyspace of its own.",
        TrialPhase.Measuring => "Measuring how long each replica takes.",
        TrialPhase.Trying => $"Writing with W = {plan.Question.Write.Text}, reading with R = {plan.Question.Read.Text}.",
        TrialPhase.Removing => "Removing the keyspace.",
        _ => (stopped ? "Stopped. " : "") + Outcome(plan, result),
    };

    private static string Outcome(TrialPlan plan, TrialResult? result) => result switch
    {
        null => plan.Trials == 0 ? "The delays between the nodes of this cluster have been measured." : "Nothing was tried.",
        { Trials: 0 } => $"Nothing came of it.{Failures(result)}",
        _ => $"{(result.SeenShare >= 1 ? "All" : Percentages.Of(result.SeenShare) + " of")} {Figures.Count(result.Trials)} reads saw the write before them.{Failures(result)}",
    };

    private static string Failures(TrialResult result) => (result.FailedWrites, result.FailedReads) switch
    {
        (0, 0) => "",
        (var writes, 0) => $" {Count(writes, "write")} failed.",
        (0, var reads) => $" {Count(reads, "read")} failed.",
        var (writes, reads) => $" {Count(writes, "write")} and {Count(reads, "read")} failed.",
    };

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{Figures.Count(count)} {what}s";
}
