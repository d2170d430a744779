using System.Diagnostics;
using System.Globalization;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Bench;

/// <summary>
/// Writes while a node is down, then it returns: how long until its hints are with it, and what a user's requests take meanwhile, beside what they take
/// without.
/// </summary>
internal static class HandoffCase
{
    private const int Pairs = 5;

    public static async Task RunAsync(int writes)
    {
        await using var cluster = await BenchCluster.StartAsync("--Repair:Enabled=false");
        await cluster.CreateTableAsync(onePartition: false);
        var ratios = new List<double>();
        var times = new List<double>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            var quiet = await PercentileAsync(cluster, () => Task.FromResult(false), TimeSpan.FromSeconds(5));
            await cluster.KillAsync(2);
            await cluster.WriteAsync(pair * writes, writes, onePartition: false, ConsistencyLevel.Quorum);
            await cluster.StartNodeAsync(2);
            var watch = Stopwatch.StartNew();
            var busy = await PercentileAsync(cluster, async () => await cluster.MetricAsync("coterie_hints_waiting") == 0, TimeSpan.FromMinutes(2));
            times.Add(watch.Elapsed.TotalSeconds);
            ratios.Add(busy / quiet);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"hints of {writes} writes replayed in {times[^1]:F1} s; user p99 {busy:F2} ms during it, {quiet:F2} ms without: x {ratios[^1]:F2}"));
        }

        ratios.Sort();
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median {times[Pairs / 2]:F1} s, p99 x {ratios[Pairs / 2]:F2}"));
    }

    private static async Task<double> PercentileAsync(BenchCluster cluster, Func<Task<bool>> isOver, TimeSpan atMost)
    {
        await using var client = await cluster.ConnectAsync(0);
        var latencies = new List<double>();
        var watch = Stopwatch.StartNew();
        var looked = TimeSpan.Zero;
        for (var id = 0; watch.Elapsed < atMost; id++)
        {
            var before = watch.Elapsed;
            await client.AskAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO k.t (id, v) VALUES ({-1 - id}, 'user')"));
            latencies.Add((watch.Elapsed - before).TotalMilliseconds);
            if (watch.Elapsed - looked > TimeSpan.FromMilliseconds(250))
            {
                looked = watch.Elapsed;
                if (await isOver())
                {
                    break;
                }
            }

            await Task.Delay(2);
        }

        latencies.Sort();
        return latencies[(int)(latencies.Count * 0.99)];
    }
}
