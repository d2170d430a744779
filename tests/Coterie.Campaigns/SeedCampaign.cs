using System.Globalization;
using System.Text.Json;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Runs;

namespace Coterie.Campaigns;

/// <summary>Runs every seed of every workload, goes on after a failure, and sums up: what was done, what was met, what was found and how to run it again.</summary>
internal sealed class SeedCampaign(CampaignOptions options, TextWriter output, TextWriter progress)
{
    private const int FailuresShown = 20;
    private const string FaultPrefix = "fault: ";

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly Campaign _campaign = new();
    private readonly Lock _gate = new();
    private readonly List<FoundFailure> _failures = [];
    private long _next = -1;
    private TimeSpan _reported;

    private long SeedsEach => (long)(options.LastSeed - options.FirstSeed) + 1;

    /// <returns>The exit status.</returns>
    public int Run()
    {
        var threads = Enumerable.Range(0, options.Parallel).Select(_ => new Thread(RunSeeds)).ToList();
        threads.ForEach(static thread => thread.Start());
        while (!threads.TrueForAll(static thread => thread.Join(ProgressEvery / 10)))
        {
            Report();
        }

        var summary = Summary();
        output.WriteLine(options.IsJson ? JsonSerializer.Serialize(summary, Json) : Text(summary));
        return _failures.Count == 0 ? 0 : 1;
    }

    private void RunSeeds()
    {
        while (Interlocked.Increment(ref _next) is var turn && turn < SeedsEach * options.Workloads.Count
            && (options.TimeLimit is not { } limit || _campaign.Real < limit))
        {
            // Seed by seed through all workloads, so that a campaign that is ended early has met them all.
            var workload = options.Workloads[(int)(turn % options.Workloads.Count)];
            var seed = options.FirstSeed + (ulong)(turn / options.Workloads.Count);
            var what = SeedRuns.Check(seed, SeedsEach == 1, RunOne);
            if (what is not null)
            {
                lock (_gate)
                {
                    var failure = new FoundFailure(workload, seed, what, $"./coterie-sim --workload {workload} --seeds {seed}");
                    _failures.Add(failure);
                    progress.WriteLine($"found: {what.Split('\n')[0]}: {failure.Again}");
                }
            }

            Simulation RunOne(ulong one)
            {
                var report = RunCatalog.Find(workload).Run(one);
                _campaign.Add(report);
                return report.Wrong is null ? report.Simulation : throw new SimulationViolationException(report.Wrong);
            }
        }
    }

    private void Report()
    {
        if (_campaign.Real - _reported >= ProgressEvery)
        {
            _reported = _campaign.Real;
            progress.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{_reported:hh\\:mm\\:ss}  {_campaign.Seeds} runs, {_campaign.Virtual.TotalHours:F1} h of virtual time, {_campaign.Requests} operations, {_failures.Count} failures"));
        }
    }

    private CampaignSummary Summary()
    {
        var hits = _campaign.Probes.Hits;
        return new CampaignSummary(
            options.Workloads,
            _campaign.Seeds,
            Math.Round(_campaign.Virtual.TotalHours, 2),
            Math.Round(_campaign.Real.TotalSeconds, 1),
            Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 1),
            Math.Round(_campaign.Virtual / Environment.CpuUsage.TotalTime, 1),
            _campaign.Requests,
            _campaign.Faults,
            _campaign.FaultsMedian,
            new SortedDictionary<string, long>(
                hits.Where(static hit => hit.Key.StartsWith(FaultPrefix, StringComparison.Ordinal)).ToDictionary(static hit => hit.Key[FaultPrefix.Length..], static hit => hit.Value),
                StringComparer.Ordinal),
            [.. _failures.OrderBy(static failure => failure.Seed)]);
    }

    private static string Text(CampaignSummary summary)
    {
        var lines = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"runs                 {summary.Runs} of {summary.Workloads.Count} workloads"),
            string.Create(CultureInfo.InvariantCulture, $"virtual hours        {summary.VirtualHours} in {summary.RealSeconds} s, {summary.CpuSeconds} s of processor time: {summary.TimesRealTime} times real time on one core"),
            string.Create(CultureInfo.InvariantCulture, $"operations checked   {summary.Operations}"),
            string.Create(CultureInfo.InvariantCulture, $"faults and repairs   {summary.Faults}, {summary.FaultsMedian} in a run (median)"),
            $"                     {string.Join(", ", summary.FaultsByKind.Select(static kind => $"{kind.Key} {kind.Value}"))}",
            $"failures             {summary.Failures.Count}",
        };
        foreach (var failure in summary.Failures.Take(FailuresShown))
        {
            lines.Add("");
            lines.Add($"{failure.Workload}, seed {failure.Seed}. To run it again: {failure.Again}");
            lines.Add(failure.What);
        }

        return string.Join('\n', lines);
    }
}

/// <param name="CpuSeconds">Of all threads together.</param>
internal sealed record CampaignSummary(
    IReadOnlyList<string> Workloads,
    int Runs,
    double VirtualHours,
    double RealSeconds,
    double CpuSeconds,
    double TimesRealTime,
    long Operations,
    int Faults,
    int FaultsMedian,
    SortedDictionary<string, long> FaultsByKind,
    IReadOnlyList<FoundFailure> Failures);

internal sealed record FoundFailure(string Workload, ulong Seed, string What, string Again);
