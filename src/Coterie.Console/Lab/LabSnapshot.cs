using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coterie.WebConsole.Lab;

/// <summary>The lab at one moment. Times are seconds since the writes began.</summary>
/// <param name="Sentence">What happens now, for people.</param>
/// <param name="Workload">plain, carts or events; null: nothing was written yet.</param>
/// <param name="Problem">Why the writes have ended by themselves; null: they have not.</param>
public sealed record LabSnapshot(
    LabPhase Phase,
    string? Workload,
    double Seconds,
    string Sentence,
    string? Problem,
    IReadOnlyList<LabNodeReport> Nodes,
    LabStreamReport Leaderless,
    LabStreamReport LeaderBased,
    IReadOnlyList<LabFaultReport> Faults)
{
    /// <summary>The fault for which is counted what a fault has cost: itself, or, if it came while an outage went on, the one before it, if that was longer.</summary>
    public LabFaultReport Charged(LabFaultReport fault, bool leaderless)
    {
        var charged = fault;
        for (var place = Faults.ToList().IndexOf(fault); place > 0 && Faults[place].IsInOutage(leaderless); place--)
        {
            charged = Faults[place - 1].GapMs(leaderless) > charged.GapMs(leaderless) ? Faults[place - 1] : charged;
        }

        return charged;
    }
}

/// <summary>Where a run of writes is.</summary>
public enum LabPhase
{
    Idle,
    Writing,

    /// <summary>No more is written; what was acknowledged is looked for.</summary>
    Checking,
    Done,
}

/// <param name="Leads">Groups of replicas that it leads.</param>
/// <param name="Groups">Groups that there are.</param>
public sealed record LabNodeReport(string Name, string Address, LabNodeState State, int Leads, int Groups);

/// <summary>A node as somebody at the machine and the node itself say.</summary>
public enum LabNodeState
{
    Up,

    /// <summary>It is up, and sees no majority of the nodes alive.</summary>
    Alone,

    /// <summary>Its process runs, and it does not serve clients.</summary>
    Starting,
    Paused,

    /// <summary>It runs, and is cut off from the other nodes.</summary>
    CutOff,
    Dead,
}

/// <summary>The writes to one keyspace.</summary>
/// <param name="Waiting">Sent, and without an answer so far.</param>
/// <param name="LongestGapMs">The longest time between two acknowledgements, from two seconds after the first on; it goes on counting while none comes.</param>
/// <param name="CurrentGapMs">Since the last one.</param>
/// <param name="FirstBar">The place of the first of the bars, each a tenth of a second.</param>
/// <param name="Bars">Acknowledged in each.</param>
/// <param name="RedBars">Failed or unknown in each.</param>
/// <param name="Gaps">Times without an acknowledgement that are long enough to draw.</param>
/// <param name="Finding">What was found of the acknowledged writes; null: not looked for yet.</param>
public sealed record LabStreamReport(
    long Acknowledged,
    long Failed,
    long Unknown,
    long Waiting,
    double LongestGapMs,
    double CurrentGapMs,
    int FirstBar,
    IReadOnlyList<int> Bars,
    IReadOnlyList<int> RedBars,
    IReadOnlyList<LabGap> Gaps,
    LabFinding? Finding)
{
    public static LabStreamReport Nothing { get; } = new(0, 0, 0, 0, 0, 0, 0, [], [], [], null);
}

/// <param name="To">Null: it goes on.</param>
public sealed record LabGap(double From, double? To);

/// <param name="Lost">Acknowledged, and not there as written.</param>
/// <param name="Unread">Acknowledged, and the cluster does not say whether it is there.</param>
/// <param name="Wrong">There, and must not be.</param>
public sealed record LabFinding(long Lost, long Unread, long Wrong)
{
    public bool IsRight => Lost == 0 && Unread == 0 && Wrong == 0;
}

/// <param name="What">killed, paused, or died: that is by another hand.</param>
/// <param name="Led">It led a group.</param>
/// <param name="To">When it served clients again, or something else happened to it; null: neither yet.</param>
/// <param name="LeaderlessGapMs">The longest time without an acknowledged write that is its doing.</param>
/// <param name="LeaderlessInOutage">It came while an outage went on that is counted for a fault before it.</param>
/// <param name="Next">What happened to the node next, before it served clients again; null: it came back, or is still away.</param>
public sealed record LabFaultReport(
    string Node,
    string What,
    bool Led,
    double From,
    double? To,
    double LeaderlessGapMs,
    double LeaderBasedGapMs,
    bool LeaderlessInOutage = false,
    bool LeaderBasedInOutage = false,
    string? Next = null)
{
    public double GapMs(bool leaderless) => leaderless ? LeaderlessGapMs : LeaderBasedGapMs;

    public bool IsInOutage(bool leaderless) => leaderless ? LeaderlessInOutage : LeaderBasedInOutage;
}

/// <summary>Why something was not done.</summary>
public sealed record LabProblem(string Problem);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(LabSnapshot))]
[JsonSerializable(typeof(LabProblem))]
public sealed partial class LabJson : JsonSerializerContext;
