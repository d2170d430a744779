using System.Globalization;
using Coterie.Cli.Cql;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Spectre.Console;

namespace Coterie.Cli.Quorum;

/// <summary>For people: the verdict and why, then what it survives, how available it is, and how fast and how stale.</summary>
internal static class QuorumOutput
{
    private static readonly Style Strong = new(foreground: Color.Green, decoration: Decoration.Bold);
    private static readonly Style Eventual = new(foreground: Color.Yellow, decoration: Decoration.Bold);

    public static void Show(QuorumReport report, QuorumQuestion question, TextWriter output, bool terminal)
    {
        var console = ResultTable.CreateConsole(terminal);
        console.Profile.Out = new AnsiConsoleOutput(output);
        console.Profile.Width = terminal ? console.Profile.Width : 100_000;
        var style = report.Promise == QuorumPromise.Eventual ? Eventual : Strong;
        console.Write(new Text($"N = {report.N}, R = {Name(report.R, question.Read)}, W = {Name(report.W, question.Write)}: "));
        console.Write(new Text($"{QuorumSentences.Title(report.Promise)}\n", style));
        console.Write(new Text($"{report.Why}\n"));
        Places(console, report);
        Failures(console, report);
        Availability(console, report, question);
        Delays(console, report);
        console.Write(new Text("mind that:\n"));
        foreach (var caution in report.Cautions)
        {
            console.Write(new Text($"- {caution}\n"));
        }
    }

    private static string Name(int count, QuorumSide side) => side.CqlLevel is { } level ? $"{count} ({ConsistencyLevelNames.Format(level)})" : $"{count} (CQL has no name for it: coterie.required)";

    private static void Places(IAnsiConsole console, QuorumReport report)
    {
        var names = report.Datacenters.Select(static pair => pair.ReadFrom).Distinct().ToList();
        if (names.Count == 1)
        {
            return;
        }

        ResultTable.Write(
            console,
            [("replicas sure to be shared", false), .. names.Select(static name => ($"read from {name}", true))],
            [.. report.Datacenters.GroupBy(static pair => pair.WriteFrom).Select(static row =>
                row.Select(static pair => pair.SureToMeet.ToString(CultureInfo.InvariantCulture)).Prepend($"written from {row.Key}").ToArray())]);
    }

    private static void Failures(IAnsiConsole console, QuorumReport report)
    {
        ResultTable.Write(
            console,
            [("", false), ("replicas", true), ("which", false), ("sets", true)],
            [
                Row("reads stop without", report.Failures.ReadsStop, "never"),
                Row("writes stop without", report.Failures.WritesStop, "never"),
                Row("an acknowledged write may be gone with", report.Failures.DataMayBeLost, "never"),
            ]);
        if (report.Dead.Replicas.Count > 0)
        {
            console.Write(new Text($"with {string.Join(", ", report.Dead.Replicas)} dead: reads {Works(report.Dead.ReadsWork)}, writes {Works(report.Dead.WritesWork)}, "
                + (report.Dead.DataMayBeLost ? $"and if {(report.Dead.Replicas.Count == 1 ? "it never comes" : "they never come")} back an acknowledged write may be gone\n" : "and no acknowledged write is gone\n")));
        }
    }

    private static string Works(bool works) => works ? "work" : "stop";

    private static string[] Row(string what, FamilyReport family, string none) =>
        [what, family.Smallest?.ToString(CultureInfo.InvariantCulture) ?? none, family.Description, family.SetCount.ToString(CultureInfo.InvariantCulture)];

    private static void Availability(IAnsiConsole console, QuorumReport report, QuorumQuestion question) => ResultTable.Write(
        console,
        [($"each node up {Percentages.Of(question.NodeUp)}", false), ("available", true), ("nines", true), ("minutes down a month", true)],
        [Row("reads", report.Reads), Row("writes", report.Writes)]);

    private static string[] Row(string what, AvailabilityReport report) =>
    [
        what,
        Percentages.Of(report),
        report.Nines is { } nines ? nines.ToString("0.0", CultureInfo.InvariantCulture) : "all",
        report.MinutesDownAMonth.ToString(report.MinutesDownAMonth is > 0 and < 0.01 ? "0.#e+0" : "0.##", CultureInfo.InvariantCulture),
    ];

    private static void Delays(IAnsiConsole console, QuorumReport report)
    {
        var delays = report.Delays!;
        ResultTable.Write(
            console,
            [("predicted, in ms", false), .. delays.Read.Select(static one => ($"p{one.Share * 100:0.##}", true))],
            [[$"read", .. delays.Read.Select(Time)], [$"write", .. delays.Write.Select(Time)]]);
        var later = delays.SeenWithin.Where(one => delays.SeenAtOnce < one.Share)
            .Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Share * 100:0.##} % after {Time(one)} ms")).ToList();
        console.Write(new Text(string.Create(
            CultureInfo.InvariantCulture,
            $"a write is seen at once by {AtOnce(report.Promise, delays.SeenAtOnce)}{(later.Count > 0 ? ", by " : "")}{string.Join(", by ", later)} ({delays.Model}, {delays.Trials} trials)\n")));
    }

    /// <summary>Where nothing is promised, that every read tried has seen its write is luck.</summary>
    private static string AtOnce(QuorumPromise promise, double seen) =>
        seen < 1 ? $"{Percentages.Of(seen)} of reads" : promise == QuorumPromise.Strong ? "every read" : "every read that was tried";

    private static string Time(PercentileReport one) =>
        one.Milliseconds.ToString(one.Milliseconds < 10 ? "0.00" : one.Milliseconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
