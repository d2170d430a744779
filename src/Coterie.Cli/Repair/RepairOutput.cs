using System.Globalization;
using System.Text.Json;
using Coterie.Cli.Cql;
using Coterie.Host.Admin;
using Coterie.Host.Configuration;
using Spectre.Console;

namespace Coterie.Cli.Repair;

/// <summary>Shows a repair: a bar for each node while it goes on, on a terminal; then the figures, as JSON or for people.</summary>
internal sealed class RepairOutput(bool json)
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private static readonly (string Name, bool RightAligned)[] Columns =
    [
        ("table", false), ("node", false), ("peer", false), ("compared", false), ("ranges", true), ("read", true), ("different", true), ("sent", true),
        ("bytes", true), ("time", true),
    ];

    public async Task<RepairReport> WatchAsync(
        IReadOnlyList<PeerReport> nodes, Func<Action<PeerReport, RepairProgress?>, Task<RepairReport>> run)
    {
        if (json || Console.IsOutputRedirected)
        {
            return await run(static (_, _) => { });
        }

        return await ResultTable.CreateConsole(terminal: true)
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var bars = nodes.ToDictionary(
                    static node => node.Id,
                    node => context.AddTask(Markup.Escape($"{node.CqlAddress} waits"), autoStart: false),
                    StringComparer.Ordinal);
                return run((node, progress) => Update(bars[node.Id], node, progress));
            });
    }

    public void Show(RepairReport report)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, RepairReportJson.Default.RepairReport));
            return;
        }

        Console.WriteLine(string.Create(
            Culture,
            $"{report.RangesCompared:N0} ranges compared, {report.RowsRead:N0} rows read, {report.RowsDifferent:N0} rows different, {Sent(report)}, {report.Seconds:N1} s"));
        if (report.Peers.Count > 0)
        {
            ResultTable.Write(ResultTable.CreateConsole(!Console.IsOutputRedirected), Columns, [.. report.Peers.Select(Row)]);
        }

        foreach (var pair in report.Peers.Where(static pair => pair.Failure is not null))
        {
            Console.WriteLine($"not compared: {pair.Keyspace}.{pair.Table} on {pair.Node} and {pair.Peer}: {pair.Failure}");
        }

        foreach (var node in report.Unreachable)
        {
            Console.WriteLine($"not asked: {node.Node}: {node.Reason}");
        }

        if (report.Peers.Count == 0 && report.Unreachable.Count == 0)
        {
            Console.WriteLine("no two nodes keep a copy of the same rows: there is nothing to compare");
        }
    }

    private static string Sent(RepairReport report) => report.DryRun
        ? "nothing sent (dry run)"
        : string.Create(Culture, $"{report.RowsSent:N0} rows sent ({ByteSize.Describe(report.BytesSent)} in all messages)");

    private static void Update(ProgressTask bar, PeerReport node, RepairProgress? progress)
    {
        bar.StartTask();
        if (progress is null)
        {
            bar.Description = Markup.Escape($"{node.CqlAddress} does not answer");
            bar.StopTask();
            return;
        }

        // Nothing to drive is all of it.
        bar.MaxValue = Math.Max(1, progress.Parts);
        bar.Value = progress.Done ? bar.MaxValue : progress.PartsDone;
        bar.Description = Markup.Escape(string.Create(
            Culture, $"{node.CqlAddress} {progress.Peers.Sum(static peer => peer.RangesCompared):N0} ranges, {progress.Peers.Sum(static peer => peer.RowsSent):N0} rows sent"));
    }

    private static string[] Row(PairResult pair) =>
    [
        $"{pair.Keyspace}.{pair.Table}",
        pair.Node,
        pair.Peer,
        pair.Failure is null ? "yes" : "no",
        pair.RangesCompared.ToString("N0", Culture),
        pair.RowsRead.ToString("N0", Culture),
        pair.RowsDifferent.ToString("N0", Culture),
        pair.RowsSent.ToString("N0", Culture),
        ByteSize.Describe(pair.BytesSent),
        pair.Seconds.ToString("N2", Culture) + " s",
    ];
}
