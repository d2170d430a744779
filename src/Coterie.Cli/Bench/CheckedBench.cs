using System.Diagnostics;
using System.Globalization;
using Coterie.Host.CqlClient;
using Coterie.Host.Lab;
using Coterie.Host.LoadGenerator;
using Coterie.Host.Start;
using Coterie.Host.Workloads;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary>Load of a workload that knows what it has written: measured as any other, and then all of it is looked for. What is lost makes the bench fail.</summary>
internal static class CheckedBench
{
    public static async Task<int> RunAsync(BenchSettings settings, WorkloadKind kind, BenchOutput output, CancellationToken cancellationToken)
    {
        try
        {
            var target = await BenchTarget.FindAsync(settings, cancellationToken);
            var table = $"{target.Keyspace}.{kind}_{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}".ToLowerInvariant();
            var workload = Workload.Create(kind, table, target.Servers.Count);
            await target.DoAsync(workload.TableDefinition, cancellationToken);
            var (writes, findings) = await RunAsync(settings, workload, target, output, cancellationToken);
            output.Show(BenchOutput.Describe(settings, Report(settings, writes)) with
            {
                Lost = findings.Lost.Count,
                Returned = findings.Returned.Count,
                Unread = findings.Unread,
                FailedFound = findings.FailedFound,
            });
            foreach (var wrong in findings.Lost.Select(static lost => $"LOST: {lost}").Concat(findings.Returned.Select(static returned => $"there again: {returned}")).Take(20))
            {
                await Console.Error.WriteLineAsync($"coterie: {wrong}");
            }

            if (!findings.IsRight)
            {
                return ExitCodes.Failure;
            }

            await target.DoAsync($"DROP TABLE {table}", cancellationToken);
            return writes.Any(static write => write.Outcome == LabOutcome.Acknowledged) ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception e) when (e is IOException or CqlErrorException or FormatException)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return e is IOException ? ExitCodes.Unavailable : ExitCodes.Failure;
        }
    }

    /// <summary>Times are since the load began; what was due within the time belongs to it, however late it is answered.</summary>
    internal static LoadReport Report(BenchSettings settings, IReadOnlyList<LabWrite> writes)
    {
        var to = settings.Warmup + settings.Duration;
        var measured = writes.Where(write => Belongs(settings.Rate is null ? write.Ended : write.Due)).ToList();
        var latencies = measured.Where(static write => write.Outcome == LabOutcome.Acknowledged).Select(static write => (write.Ended - write.Due).TotalMilliseconds).Order().ToList();
        var errors = measured.Where(static write => write.Outcome != LabOutcome.Acknowledged).GroupBy(static write => write.Reason ?? "Unanswered")
            .ToDictionary(static same => same.Key, static same => same.LongCount());
        return new LoadReport(
            latencies.Count,
            settings.Duration.TotalSeconds,
            Math.Round(latencies.Count / settings.Duration.TotalSeconds, 1),
            Percentile(0.5),
            Percentile(0.99),
            Percentile(0.999),
            Percentile(1),
            new SortedDictionary<string, long>(errors, StringComparer.Ordinal));

        bool Belongs(TimeSpan at) => at >= settings.Warmup && at < to;

        double Percentile(double part) =>
            latencies.Count == 0 ? 0 : Math.Round(latencies[Math.Max(0, (int)Math.Ceiling(latencies.Count * part) - 1)], 3);
    }

    private static async Task<(IReadOnlyList<LabWrite> Writes, LabFindings Findings)> RunAsync(
        BenchSettings settings, IWorkload workload, BenchTarget target, BenchOutput output, CancellationToken cancellationToken)
    {
        var load = new LabLoad(target.Servers, settings.Rate)
        {
            Level = settings.Consistency,
            ConnectionsPerNode = Math.Max(1, settings.Connections / target.Servers.Count),
            InFlightMax = settings.Connections * settings.InFlight,
        };
        await using var writes = new LabWrites(workload, load, Stopwatch.GetTimestamp());
        await writes.ConnectedAsync(target.Servers.Count, cancellationToken);
        output.Progress($"{settings.Workload} at {ConsistencyLevelNames.Format(settings.Consistency)} on {string.Join(", ", target.Servers)}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(settings.Warmup + settings.Duration);
        var began = writes.Elapsed;
        await writes.RunAsync(stop.Token);
        var written = writes.Written;
        output.Progress(string.Create(CultureInfo.InvariantCulture, $"looking for what {written.Count:N0} writes should have left"));
        return ([.. written.Select(write => write with { Due = write.Due - began, Ended = write.Ended - began })], await writes.CheckAsync(cancellationToken));
    }
}
