using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Staleness;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>What the page and the API ask of trials. There is one at a time.</summary>
internal interface ITrialDesk
{
    /// <summary>The delays of this cluster, as measured last; null: never.</summary>
    DelayModel? Measured { get; }

    TrialLook Look();

    /// <param name="trials">0: only the delays are measured.</param>
    /// <returns>Why it was not begun, in a sentence; null: it was.</returns>
    Task<string?> StartAsync(QuorumQuestion question, int trials, CancellationToken cancellationToken);

    /// <returns>Why there is nothing to stop; null: it ends.</returns>
    string? Stop();
}

/// <summary>How a trial stands, and what of it is drawn.</summary>
/// <param name="Curves">Null: nothing has come of it.</param>
internal sealed record TrialLook(TrialSnapshot Snapshot, TrialCurves? Curves)
{
    public static TrialLook Nothing { get; } = new(TrialSnapshot.Nothing, null);
}

/// <summary>For drawing; programs get percentiles.</summary>
/// <param name="Writes">Measured at the coordinator.</param>
/// <param name="Reads">The same.</param>
/// <param name="End">Of the time shown, of both and of what was predicted, in milliseconds.</param>
/// <param name="Predicted">Null: there were no delays to predict from.</param>
internal sealed record TrialCurves(IReadOnlyList<ChartPoint> Writes, IReadOnlyList<ChartPoint> Reads, double End, LatencyCurves? Predicted);
