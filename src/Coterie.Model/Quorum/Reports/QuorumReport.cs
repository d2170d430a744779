using Coterie.Model.Quorum.Staleness;

namespace Coterie.Model.Quorum.Reports;

/// <summary>The calculator's answer, for programs: what <c>coterie quorum --json</c> prints and <c>/api/quorum</c> answers.</summary>
/// <param name="N">Replicas.</param>
/// <param name="R">How many answer a read, at least.</param>
/// <param name="W">How many have a write when it is acknowledged, at least; 0 for ANY.</param>
/// <param name="Promise">strong, strongWithinDatacenter or eventual.</param>
/// <param name="Why">In a sentence or two.</param>
/// <param name="Cautions">What is not promised all the same.</param>
/// <param name="SureToMeet">How many replicas a read has in common with the latest acknowledged write, at least.</param>
/// <param name="Datacenters">The same for each data centre that could be written and read from.</param>
/// <param name="Delays">Null if they were not asked for.</param>
public sealed record QuorumReport(
    QuorumWords Question,
    int N,
    int R,
    int W,
    QuorumPromise Promise,
    string Why,
    IReadOnlyList<string> Cautions,
    int SureToMeet,
    int WritesSureToMeet,
    int ReadsSureToMeet,
    IReadOnlyList<PairReport> Datacenters,
    FailureReport Failures,
    DeadReport Dead,
    AvailabilityReport Reads,
    AvailabilityReport Writes,
    DelayReport? Delays)
{
    /// <param name="delays">From <see cref="WarsSimulation"/>, if wanted.</param>
    public static QuorumReport Of(QuorumVerdict verdict, DelayReport? delays)
    {
        var question = verdict.Question;
        var layout = question.Layout;
        var dead = verdict.WithDead();
        return new QuorumReport(
            question.ToWords(),
            layout.Replicas,
            question.Read.Quorum.Size,
            question.Write.Quorum.Size,
            verdict.Promise,
            QuorumSentences.Why(verdict),
            QuorumSentences.Cautions(verdict),
            verdict.SureToMeet,
            verdict.WritesSureToMeet,
            verdict.ReadsSureToMeet,
            [.. verdict.Pairs.Select(pair => new PairReport(layout.Datacenters[pair.Writer].Name, layout.Datacenters[pair.Reader].Name, pair.SureToMeet))],
            new FailureReport(
                FamilyReport.Of(verdict.ReadsStop, layout), FamilyReport.Of(verdict.WritesStop, layout), FamilyReport.Of(verdict.DataMayBeLost, layout)),
            new DeadReport([.. question.Dead.Nodes().Select(layout.NameOf)], dead.ReadsWork, dead.WritesWork, dead.DataMayBeLost),
            AvailabilityReport.Of(question.Read.Quorum.Unavailability(question.NodeUp)),
            AvailabilityReport.Of(question.Write.Quorum.Unavailability(question.NodeUp)),
            delays);
    }
}

/// <param name="WriteFrom">Data centre of the coordinator of the write.</param>
/// <param name="ReadFrom">Data centre of the coordinator of the read.</param>
public sealed record PairReport(string WriteFrom, string ReadFrom, int SureToMeet);

public sealed record FailureReport(FamilyReport ReadsStop, FamilyReport WritesStop, FamilyReport DataMayBeLost);

/// <summary>Sets of replicas with one consequence, smallest sets only.</summary>
/// <param name="Smallest">How many replicas it takes; null: there is no such set; 0: it may happen with no replica failing.</param>
/// <param name="Description">Which sets, in words.</param>
/// <param name="SetCount">How many sets there are.</param>
/// <param name="Sets">The first of them, each as the names of its replicas.</param>
public sealed record FamilyReport(int? Smallest, string Description, long SetCount, IReadOnlyList<IReadOnlyList<string>> Sets)
{
    private const int SetsMax = 100;

    public static FamilyReport Of(NodeSetFamily family, ReplicaLayout layout) => new(
        family.Smallest,
        QuorumSentences.Describe(family, layout),
        family.SetCount,
        [.. family.Sets().Take(SetsMax).Select(IReadOnlyList<string> (set) => [.. set.Nodes().Select(layout.NameOf)])]);
}

/// <param name="Replicas">The dead ones.</param>
/// <param name="DataMayBeLost">If they never come back with what they had.</param>
public sealed record DeadReport(IReadOnlyList<string> Replicas, bool ReadsWork, bool WritesWork, bool DataMayBeLost);

/// <param name="Unavailability">1 − availability, without its rounding.</param>
/// <param name="Nines">−log₁₀ of that; null: it is never unavailable.</param>
public sealed record AvailabilityReport(double Availability, double Unavailability, double? Nines, double MinutesDownAMonth)
{
    /// <summary>A twelfth of a Gregorian year.</summary>
    public const double MinutesInMonth = 365.2425 * 24 * 60 / 12;

    public static AvailabilityReport Of(double unavailability) => new(
        1 - unavailability, unavailability, unavailability > 0 ? Math.Abs(Math.Log10(unavailability)) : null, unavailability * MinutesInMonth);
}
