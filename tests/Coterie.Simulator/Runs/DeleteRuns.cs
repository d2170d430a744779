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

    public static CollectionRun Elements { get; } = new()
    {
        Workload = new() { GraceSeconds = GraceSeconds, Clients = 3, ThinkTime = TimeSpan.FromMilliseconds(150) },
        Faults = Absences,
        Span = Long,
        Settling = TimeSpan.FromSeconds(2 * GraceSeconds),
    };
}
