using System.Diagnostics;
using System.Globalization;
using Coterie.Model.Quorum;

namespace Coterie.Bench;

/// <summary>One of three nodes loses its data directory: how fast it has everything again, beside how fast the same rows were written.</summary>
internal static class RefillCase
{
    public static async Task RunAsync(int rows)
    {
        await using var cluster = await BenchCluster.StartAsync("--Hints:Window=0s");
        await cluster.CreateTableAsync(onePartition: false);
        var written = await cluster.WriteAsync(0, rows, onePartition: false, ConsistencyLevel.All);
        await cluster.SettleAsync();
        await cluster.KillAsync(2);
        Directory.Delete(cluster.Node(2).DataDirectory, recursive: true);
        await cluster.StartNodeAsync(2, "--Hints:Window=0s");
        var watch = Stopwatch.StartNew();
        while (await cluster.MetricAsync("coterie_replica_incomplete_groups") > 0)
        {
            await Task.Delay(100);
        }

        watch.Stop();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows} rows: written in {written.TotalSeconds:F1} s, refilled in {watch.Elapsed.TotalSeconds:F1} s: {written / watch.Elapsed:F2} times the speed of writing"));
    }
}
