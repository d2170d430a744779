using System.Text.Json;
using Coterie.Host.CqlClient;
using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>One answer of a node.</summary>
/// <param name="Milliseconds">From sending to the answer, as the console saw it.</param>
/// <param name="Replicas">How long each replica that had answered took, in milliseconds, as the coordinator saw it.</param>
internal readonly record struct TrialAnswer(double Milliseconds, IReadOnlyList<double> Replicas, bool HasRow)
{
    /// <summary>
    /// How long the request took at its coordinator, which is what the model says: the last replica of those that it waited for. Where none had answered (a
    /// hint was enough), all of it.
    /// </summary>
    public double AtCoordinator => Replicas.Count == 0 ? Milliseconds : Math.Min(Replicas.Max(), Milliseconds);

    /// <summary>The console's own way to the coordinator, one way, if both are alike.</summary>
    public double OwnWay => (Milliseconds - AtCoordinator) / 2;

    public static TrialAnswer Of(double milliseconds, CqlResult result)
    {
        var vote = result.Vote is { } json ? JsonSerializer.Deserialize(json.Span, NodeVoteJson.Default.QueryVote) : null;
        return new TrialAnswer(
            milliseconds,
            [.. (vote?.Replicas ?? []).Where(static replica => replica.Asked).Select(static replica => replica.AnsweredAfterUs / 1_000.0).OfType<double>()],
            result.Rows.Count > 0);
    }
}

/// <summary>A write and a read of the same row.</summary>
/// <param name="Gap">From the acknowledgement to the sending of the read, in milliseconds, as the console saw it.</param>
/// <param name="Read">Null: it failed, or the write did.</param>
/// <param name="Problem">Of the one that failed.</param>
internal readonly record struct TrialOutcome(TrialAnswer? Write, double Gap, TrialAnswer? Read, string? Problem)
{
    /// <summary>
    /// How long after the acknowledgement left the one coordinator the read came to the other: the acknowledgement was on its way to the console, and the read
    /// away from it.
    /// </summary>
    public double After => Gap + Write!.Value.OwnWay + Read!.Value.OwnWay;
}
