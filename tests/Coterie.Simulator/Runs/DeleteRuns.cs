using Coterie.Simulator.Faults;

namespace Coterie.Simulator.Runs;

/// <summary>Deletes with a short grace, over several times that grace, with nodes that are away for longer than it.</summary>
public static class DeleteRuns
{
    private const int GraceSeconds = 60;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3 * GraceSeconds);

    private static readonly FaultOptions Absences = new()
    {
        Kill = 1,
        Vanish = 1,
        KillAll = 0,
        Away = 4,
        AwayMin = TimeSpan.FromSeconds(GraceSeconds / 2),
        AwayMax = TimeSpan.FromSeconds(2 * GraceSeconds),
        PauseMax = TimeSpan.FromSeconds(6),
    };

    public static RowRun Rows { get; } = new()
    {
        Workload = new() { GraceSeconds = GraceSeconds, Clients = 3, Rows = 16, ThinkTime = TimeSpan.FromMilliseconds(150) },
        Faults = Absences,
        Span = Long,
        Settling = TimeSpan.FromSeconds(2 * GraceSeconds),
    };

    /// <summary>
    /// Deletions that are swept while clients go on: clocks agree to within seconds, so that a deletion is old after a minute and a half instead of half an
    /// hour. No clock is stepped by more than that, and a client does not wait for as long: nothing is promised then.
    /// </summary>
    public static RowRun SweptRows { get; } = Rows with
    {
        Cluster = new() { Configure = Hurried.Repair, WatchesHorizons = true },

        // So many rows that most are let alone for longer than a deletion stays: what comes back is not hidden by what was written since.
        Workload = new() { GraceSeconds = GraceSeconds, Clients = 3, Partitions = 60, Rows = 8, PageSizeMax = 60, ThinkTime = TimeSpan.FromMilliseconds(250) },
        Faults = Absences with
        {
            ClockStep = 0, FreezeClock = 0, NoSpace = 0, FailSync = 0, Repair = 16,
            Away = 1, AwayMin = TimeSpan.FromSeconds(GraceSeconds), AwayMax = TimeSpan.FromSeconds(3 * GraceSeconds),
        },
        Span = TimeSpan.FromSeconds(6 * GraceSeconds),
    };

    /// <summary>The same where a coordinator that is no replica may be away with its hints while the replicas sweep.</summary>
    public static RowRun SweptRowsFiveNodes { get; } = SweptRows with { Cluster = SweptRows.Cluster with { Nodes = 5 } };

    public static CollectionRun Elements { get; } = new()
    {
        Workload = new() { GraceSeconds = GraceSeconds, Clients = 3, ThinkTime = TimeSpan.FromMilliseconds(150) },
        Faults = Absences,
        Span = Long,
        Settling = TimeSpan.FromSeconds(2 * GraceSeconds),
    };
}
