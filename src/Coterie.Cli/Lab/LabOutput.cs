using System.Globalization;
using System.Text.Json;
using Coterie.Cli.Cql;
using Coterie.Host.Lab;

namespace Coterie.Cli.Lab;

/// <summary>Says what a lab found: for people a timeline and a table, for programs one JSON object. With JSON, progress goes to standard error.</summary>
internal sealed class LabOutput(bool json)
{
    private const int WidthMax = 100;
    private const int WidthLeast = 20;
    private const int Margin = 16;

    public void Progress(string line) => (json ? Console.Error : Console.Out).WriteLine(line);

    public void Show(LabReport report)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, LabJson.Default.LabReport));
            return;
        }

        var isTerminal = !Console.IsOutputRedirected;
        var color = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        Console.WriteLine();
        foreach (var line in Timeline.Render(Rows(report), Marks(report), report.Rate, Width(isTerminal), color))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"a bar a second: writes acknowledged in it, of {report.Rate:0} that were due; {(color ? "red" : Timeline.Missed)}: some were not; {Timeline.Down} the node that led was {Enum.Parse<LabFaultKind>(report.Fault, ignoreCase: true).Done()}; {Timeline.Up} it was ready again");
        ResultTable.Write(
            ResultTable.CreateConsole(isTerminal),
            [("", false), ("leaderless", true), ("leader-based", true)],
            Figures(report.Leaderless, report.LeaderBased));
        var registers = report.Registers;
        Console.WriteLine($"linearizable: {(registers.Linearizable ? "yes" : "NO")} ({Count(registers.Operations)} operations on {LabRegisters.Count} registers of the leader-based keyspace, {Count(registers.Unknown)} of them unknown, {Count(registers.Conditional)} conditional writes done; reads at {registers.Reads})");
        Complain("leaderless", report.Leaderless);
        Complain("leader-based", report.LeaderBased);
        foreach (var call in registers.Violation)
        {
            Console.Error.WriteLine($"coterie: not linearizable: {call}");
        }
    }

    private static List<string[]> Figures(KeyspaceReport leaderless, KeyspaceReport leaderBased)
    {
        return
        [
            Row("writes acknowledged", static one => Count(one.Acked)),
            Row("failed: nothing was done", static one => Count(one.Failed)),
            Row("unknown: may have been done", static one => Count(one.Unknown)),
            Row("acknowledged and lost", static one => Count(one.Lost)),
            Row("removed or expired and there again", static one => Count(one.Returned)),
            Row("longest gap at a fault, median (ms)", static one => Time(one.MedianGapMs)),
            Row("longest gap at a fault, worst (ms)", static one => Time(one.LongestGapMs)),
            Row("longest gap while it came back, worst (ms)", static one => Time(one.ReturnGapMs)),
            Row("longest gap with nothing failing (ms)", static one => Time(one.CalmGapMs)),
            Row("p50 with nothing failing (ms)", static one => Time(one.P50Ms)),
            Row("p99 with nothing failing (ms)", static one => Time(one.P99Ms)),
            Row("p99.9 over all (ms)", static one => Time(one.P999Ms)),
        ];

        string[] Row(string name, Func<KeyspaceReport, string> read) => [name, read(leaderless), read(leaderBased)];
    }

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(double milliseconds) => milliseconds.ToString(milliseconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static IReadOnlyList<TimelineRow> Rows(LabReport report) =>
    [
        new TimelineRow("leaderless", report.Leaderless.AckedBySecond, report.Leaderless.NotAckedBySecond),
        new TimelineRow("leader-based", report.LeaderBased.AckedBySecond, report.LeaderBased.NotAckedBySecond),
    ];

    private static IReadOnlyList<TimelineMark> Marks(LabReport report) =>
    [
        .. report.Faults.Select(static fault => new TimelineMark((int)fault.FromSeconds, Timeline.Down)),
        .. report.Faults.Select(static fault => new TimelineMark((int)fault.ToSeconds, Timeline.Up)),
    ];

    private static int Width(bool isTerminal) => isTerminal ? Math.Clamp((Console.WindowWidth - Margin) / 10 * 10, WidthLeast, WidthMax) : WidthMax;

    private static void Complain(string name, KeyspaceReport report)
    {
        foreach (var (reason, count) in report.Reasons)
        {
            Console.WriteLine($"{name}: {Count(count)} not acknowledged: {reason}");
        }

        if (report.UnknownFound > 0)
        {
            Console.WriteLine($"{name}: {Count(report.UnknownFound)} of the unknown were done");
        }

        if (report.Lost > 0)
        {
            Console.Error.WriteLine($"coterie: {name}: {Count(report.Lost)} acknowledged writes are LOST: {string.Join("; ", report.LostWrites)}");
        }

        if (report.Returned > 0)
        {
            Console.Error.WriteLine($"coterie: {name}: {Count(report.Returned)} are there that must not be: {string.Join("; ", report.ReturnedWrites)}");
        }

        if (report.Unread > 0)
        {
            Console.Error.WriteLine($"coterie: {name}: {Count(report.Unread)} acknowledged writes could not be looked for: no answer at QUORUM");
        }

        if (report.FailedFound > 0)
        {
            Console.Error.WriteLine($"coterie: {name}: of {Count(report.FailedFound)} writes the cluster said that nothing was done, and they are there");
        }
    }
}
