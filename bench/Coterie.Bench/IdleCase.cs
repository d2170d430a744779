using System.Globalization;
using Coterie.Processes.Fixtures;

namespace Coterie.Bench;

/// <summary>
/// What leader-based keyspaces cost while nobody asks anything: three clusters side by side, without any, with one and with a hundred, and the processor time that each takes
/// in the same windows, so that whatever else the machine does falls on all alike.
/// </summary>
internal static class IdleCase
{
    private const int Windows = 5;
    private const int RowsOfTable = 3;
    private const double CostMax = 2;

    private static readonly int[] Keyspaces = [0, 1, 100];

    /// <returns>1 if a hundred cost more than twice of one.</returns>
    public static async Task<int> RunAsync(int seconds)
    {
        var clusters = new List<BenchCluster>();
        try
        {
            foreach (var keyspaces in Keyspaces)
            {
                var cluster = await BenchCluster.StartAsync();
                clusters.Add(cluster);
                await FillAsync(cluster, keyspaces);
                Console.WriteLine($"a cluster of three nodes with {keyspaces} leader-based keyspaces is ready");
            }

            // Not counted: they come to rest.
            await MeasureAsync(clusters, seconds);
            return await CompareAsync(clusters, seconds);
        }
        finally
        {
            foreach (var cluster in clusters)
            {
                await cluster.DisposeAsync();
            }
        }
    }

    private static async Task FillAsync(BenchCluster cluster, int keyspaces)
    {
        await using var client = await cluster.ConnectAsync(0);
        for (var i = 0; i < keyspaces; i++)
        {
            await cluster.CreateLeaderBasedAsync($"g{i}");
            await client.AskAsync($"CREATE TABLE g{i}.t (id int PRIMARY KEY, v text)");
            for (var row = 0; row < RowsOfTable; row++)
            {
                await client.AskAsync($"INSERT INTO g{i}.t (id, v) VALUES ({row}, 'x')");
            }
        }
    }

    private static async Task<int> CompareAsync(List<BenchCluster> clusters, int seconds)
    {
        Console.WriteLine($"processor time of three nodes together, ms a second, idle, in {Windows} windows of {seconds} s");
        Console.WriteLine("window   none    one  hundred   one/none  hundred/one");
        var windows = new List<double[]>();
        for (var window = 1; window <= Windows; window++)
        {
            var used = await MeasureAsync(clusters, seconds);
            windows.Add(used);
            Say(window.ToString(CultureInfo.InvariantCulture), used, used[1] / used[0], used[2] / used[1]);
        }

        var cost = Figures.Median(windows.Select(static used => used[2] / used[1]));
        Say("median", [.. Keyspaces.Select((_, i) => Figures.Median(windows.Select(used => used[i])))], Figures.Median(windows.Select(static used => used[1] / used[0])), cost);
        if (cost > CostMax)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A hundred leader-based keyspaces cost {cost:F2} times of one; {CostMax} is the most."));
            return 1;
        }

        return 0;
    }

    private static async Task<double[]> MeasureAsync(List<BenchCluster> clusters, int seconds)
    {
        var before = clusters.Select(static cluster => cluster.CpuSeconds()).ToList();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return [.. clusters.Select((cluster, i) => (cluster.CpuSeconds() - before[i]) * 1000 / seconds)];
    }

    private static void Say(string window, double[] used, double one, double hundred) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{window,-6} {used[0],6:F1} {used[1],6:F1} {used[2],8:F1} {one,10:F2} {hundred,12:F2}"));
}
