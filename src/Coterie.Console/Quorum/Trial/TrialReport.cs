using System.Text.Json;
using System.Text.Json.Serialization;
using Coterie.Model.Quorum.Reports;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>Where a trial stands.</summary>
public enum TrialPhase
{
    /// <summary>There has been none.</summary>
    Idle,

    /// <summary>Makes its keyspace and connects.</summary>
    Preparing,

    /// <summary>Writes to and reads from all replicas, to know how long each takes.</summary>
    Measuring,

    /// <summary>Writes and reads as was set.</summary>
    Trying,

    /// <summary>Removes its keyspace.</summary>
    Removing,

    Done,
}

/// <summary>How the trial stands: the answer of <c>/api/quorum/trial</c>.</summary>
/// <param name="Sentence">The same for people.</param>
/// <param name="Problem">What went wrong; null: nothing.</param>
/// <param name="Done">Of what the phase does.</param>
/// <param name="Delays">As measured last, by whichever trial; null: never.</param>
/// <param name="Result">Of the trial that runs or ran last, so far; null: none, or it only measured.</param>
public sealed record TrialSnapshot(TrialPhase Phase, string Sentence, string? Problem, int Done, int Total, TrialDelays? Delays, TrialResult? Result)
{
    public static TrialSnapshot Nothing { get; } = new(TrialPhase.Idle, "", null, 0, 0, null, null);

    [JsonIgnore]
    public bool IsActive => Phase is not (TrialPhase.Idle or TrialPhase.Done);
}

/// <summary>Round trips between coordinators and replicas, the replica's work included, in milliseconds. The model <c>cluster</c> is made of them.</summary>
public sealed record TrialDelays(DateTimeOffset MeasuredAt, int Samples, IReadOnlyList<PercentileReport> Write, IReadOnlyList<PercentileReport> Read);

/// <summary>What came of real writes and reads, beside what was predicted.</summary>
/// <param name="N">As in a link to the page; so are W and R.</param>
/// <param name="Trials">Of which both the write and the read were answered.</param>
/// <param name="FailedWrites">Refused, or nobody knows.</param>
/// <param name="SeenShare">Of all these reads, those that saw their write.</param>
/// <param name="Seen">The share that saw its write, over the time since the acknowledgement.</param>
/// <param name="Predicted">From the delays that were measured just before; null: there were none.</param>
/// <param name="ReadsElsewhere">Each read was coordinated by another node than its write.</param>
public sealed record TrialResult(
    string N,
    string W,
    string R,
    int Trials,
    int FailedWrites,
    int FailedReads,
    bool ReadsElsewhere,
    double SeenShare,
    IReadOnlyList<TrialSeen> Seen,
    TrialLatency Write,
    TrialLatency Read,
    DelayReport? Predicted);

/// <param name="Milliseconds">On average, since the acknowledgement.</param>
/// <param name="Trials">Its standard error is at most 0.5/√trials.</param>
public readonly record struct TrialSeen(double Milliseconds, double Seen, int Trials);

/// <param name="AtCoordinator">Until enough replicas had answered: what is predicted.</param>
/// <param name="AtConsole">Until the console had the answer.</param>
public sealed record TrialLatency(IReadOnlyList<PercentileReport> AtCoordinator, IReadOnlyList<PercentileReport> AtConsole);

/// <summary>Why nothing was done.</summary>
public sealed record TrialProblem(string Problem);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TrialSnapshot))]
[JsonSerializable(typeof(TrialProblem))]
internal sealed partial class TrialJson : JsonSerializerContext;
