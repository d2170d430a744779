using System.Diagnostics;
using System.Globalization;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Bench;

/// <summary>2,000 writes a second into healthy replicas, with anti-entropy and without, in turns: what it takes of the CPU, and that it sends nothing.</summary>
internal static class SteadyCase
{
    private const int Rate = 2_000;
    private const int Rows = 100_000;
    private const int Turns = 3;

    public static async Task RunAsync(int seconds)
    {
        await using var with = await BenchCluster.StartAsync();
        await using var without = await BenchCluster.StartAsync("--Repair:Enabled=false");
        await with.CreateTableAsync(onePartition: false);
        await without.CreateTableAsync(onePartition: false);
        await with.WriteAsync(0, Rows, onePartition: false, ConsistencyLevel.All);
        await without.WriteAsync(0, Rows, onePartition: false, ConsistencyLevel.All);
        var ratios = new List<double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            var loaded = await LoadAsync(with, seconds / Turns);
            var plain = await LoadAsync(without, seconds / Turns);
            ratios.Add(loaded / plain);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU with {loaded:F1} s, without {plain:F1} s: x {loaded / plain:F3}"));
        }

        ratios.Sort();
        var sent = await with.MetricAsync("coterie_repair_rows_sent_total");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median x {ratios[Turns / 2]:F3}; rows sent by anti-entropy: {sent}"));
    }

    private static async Task<double> LoadAsync(BenchCluster cluster, int seconds)
    {
        await using var client = await cluster.ConnectAsync(0);
        var random = new Random(1);
        var before = cluster.CpuSeconds();
        var watch = Stopwatch.StartNew();
        var written = 0L;
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            // Twenty rows at a time, each a write of its own to the replicas.
            var statements = Enumerable.Range(0, 20).Select(_ =>
                string.Create(CultureInfo.InvariantCulture, $"INSERT INTO k.t (id, v) VALUES ({random.Next(Rows)}, '{random.Next()}')"));
            await client.AskAsync($"BEGIN UNLOGGED BATCH {string.Join("; ", statements)}; APPLY BATCH");
            written += 20;
            var ahead = TimeSpan.FromSeconds((double)written / Rate) - watch.Elapsed;
            if (ahead > TimeSpan.Zero)
            {
                await Task.Delay(ahead);
            }
        }

        return cluster.CpuSeconds() - before;
    }
}
