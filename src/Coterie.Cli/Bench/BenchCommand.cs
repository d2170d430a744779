using System.CommandLine;
using System.Globalization;
using Coterie.Host.Start;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary><c>coterie bench</c>: the load generator.</summary>
internal static class BenchCommand
{
    private const string Max = "max";

    public static Command Create()
    {
        var workload = new Option<BenchWorkload>("--workload") { Description = "write, read, mixed (half each), or carts or events, which are looked for afterwards", DefaultValueFactory = _ => BenchWorkload.Write };
        var consistency = new Option<string>("--consistency") { Description = "The consistency level", HelpName = "LEVEL", DefaultValueFactory = _ => "QUORUM" };
        var connections = new Option<int>("--connections") { Description = "Connections, spread over all nodes", HelpName = "C", DefaultValueFactory = _ => 12 };
        var inFlight = new Option<int>("--in-flight") { Description = "Requests in flight on each connection", HelpName = "K", DefaultValueFactory = _ => 32 };
        var rate = new Option<string>("--rate") { Description = "Requests a second over all connections, or max", HelpName = "R", DefaultValueFactory = _ => Max };
        var seconds = new Option<double>("--seconds") { Description = "How long to measure", HelpName = "S", DefaultValueFactory = _ => 10 };
        var warmup = new Option<double>("--warmup") { Description = "Seconds of the same load before measuring", HelpName = "S", DefaultValueFactory = _ => 3 };
        var valueBytes = new Option<int>("--value-bytes") { Description = "Bytes of each value", HelpName = "N", DefaultValueFactory = _ => 100 };
        var rows = new Option<long>("--rows") { Description = "Rows that are written to or read from, chosen evenly", HelpName = "N", DefaultValueFactory = _ => 10_000 };
        var leaderBased = new Option<bool>("--leader-based") { Description = "On a leader-based keyspace" };
        var contact = new Option<string>("--contact") { Description = "Any node", HelpName = "HOST[:PORT]", DefaultValueFactory = _ => "127.0.0.1" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var limit = new Option<bool>("--limit") { Description = "Measure processes, frames, hops and flushes alone: three nodes of its own, without CQL, merge and storage" };
        var command = new Command("bench", "Make load and measure it")
        {
            workload, consistency, connections, inFlight, rate, seconds, warmup, valueBytes, rows, leaderBased, contact, json, limit,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var problems = new List<string>();
            var settings = new BenchSettings(
                result.GetValue(workload),
                ConsistencyLevelNames.TryParse(result.GetValue(consistency)!, out var level) ? level : Bad<ConsistencyLevel>(problems, "--consistency", ConsistencyLevelNames.All),
                InRange(problems, "--connections", result.GetValue(connections), 1, 10_000),
                InRange(problems, "--in-flight", result.GetValue(inFlight), 1, short.MaxValue),
                ParseRate(problems, result.GetValue(rate)!),
                TimeSpan.FromSeconds(InRange(problems, "--seconds", result.GetValue(seconds), 0.1, 86_400)),
                TimeSpan.FromSeconds(InRange(problems, "--warmup", result.GetValue(warmup), 0, 3_600)),
                InRange(problems, "--value-bytes", result.GetValue(valueBytes), 1, 1_000_000),
                InRange(problems, "--rows", result.GetValue(rows), 1L, 1_000_000_000L),
                result.GetValue(leaderBased),
                result.GetValue(contact)!);
            if (result.GetValue(limit) && (settings.LeaderBased || settings.Workload.Checked() is not null))
            {
                problems.Add("--limit goes with the workloads write, read and mixed alone, and has no keyspace: its nodes store nothing");
            }

            if (problems.Count > 0)
            {
                problems.ForEach(problem => Console.Error.WriteLine($"coterie: {problem}"));
                return ExitCodes.Usage;
            }

            var output = new BenchOutput(result.GetValue(json));
            return await (result.GetValue(limit) ? LimitBench.RunAsync(settings, output, cancellationToken)
                : settings.Workload.Checked() is { } kind ? CheckedBench.RunAsync(settings, kind, output, cancellationToken)
                : ClusterBench.RunAsync(settings, output, cancellationToken));
        });
        return command;
    }

    private static double? ParseRate(List<string> problems, string text) =>
        text == Max ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) ? InRange(problems, "--rate", rate, 0.1, 100_000_000)
        : Bad<double?>(problems, "--rate", $"a number, or {Max}");

    private static T? Bad<T>(List<string> problems, string option, string expected)
    {
        problems.Add($"{option} must be one of: {expected}");
        return default;
    }

    private static T InRange<T>(List<string> problems, string option, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            problems.Add($"{option} must be from {least} to {most}");
        }

        return value;
    }
}
