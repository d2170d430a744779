using System.Globalization;
using Coterie.Model.Quorum;

namespace Coterie.Bench;

/// <summary>Rows on each of three nodes, ten writes withheld from one: what it takes to find and mend them, and to find that nothing is left.</summary>
internal static class DriftCase
{
    private const int Withheld = 10;

    public static async Task RunAsync(int rows, bool onePartition)
    {
        string[] settings = ["--Hints:Window=0s", "--Repair:Enabled=false"];
        await using var cluster = await BenchCluster.StartAsync(settings);
        await cluster.CreateTableAsync(onePartition);
        var written = await cluster.WriteAsync(0, rows, onePartition, ConsistencyLevel.All);
        Say($"{rows} rows written at ALL in {written.TotalSeconds:F1} s");
        await cluster.SettleAsync();
        Say($"all leaves read");
        await cluster.KillAsync(2);
        await cluster.WriteAsync(rows / 2, Withheld, onePartition, ConsistencyLevel.Quorum, 'y');
        await cluster.StartNodeAsync(2, settings);
        await cluster.SettleAsync();
        await ReportAsync(cluster, "repair", rows);
        await cluster.SettleAsync();
        await ReportAsync(cluster, "again", rows);
    }

    private static async Task ReportAsync(BenchCluster cluster, string what, int rows)
    {
        var report = await cluster.RepairAsync();
        long Of(string name) => report.GetProperty(name).GetInt64();
        Say($"{what}: rows_sent {Of("rows_sent")}, bytes_sent {Of("bytes_sent")}, rows_read {Of("rows_read")} ({100.0 * Of("rows_read") / rows:F2} % of the table), ranges_compared {Of("ranges_compared")}");
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
