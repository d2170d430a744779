using System.Text.Json.Nodes;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Lab;

/// <summary><c>coterie bench</c> with the workloads that know what they have written.</summary>
public sealed class CheckedBenchTests(SharedCluster shared)
{
    [Theory]
    [InlineData("carts", true)]
    [InlineData("events", false)]
    public async Task Bench_looks_for_all_that_it_has_written(string workload, bool leaderBased)
    {
        string[] keyspace = leaderBased ? ["--leader-based"] : [];
        var bench = await CoterieCommand.RunAsync(
            ["bench", "--workload", workload, "--contact", shared.Cluster.Cql(1).ToString(), "--connections", "3", "--in-flight", "8", "--warmup", "0.5", "--seconds", "2", "--json", .. keyspace]);

        Assert.True(bench.ExitCode == 0, bench.ToString());
        var report = JsonNode.Parse(bench.Output)!;
        Assert.Equal((workload, leaderBased ? "leader-based" : "leaderless"), ((string)report["workload"]!, (string)report["keyspace"]!));
        Assert.Equal((0, 0, 0, 0), ((long)report["lost"]!, (long)report["returned"]!, (long)report["unread"]!, (long)report["failed_found"]!));
        Assert.InRange((long)report["operations"]!, 20, long.MaxValue);
    }

    [Fact]
    public async Task What_somebody_takes_away_meanwhile_is_lost_and_bench_fails()
    {
        await using var client = await shared.Cluster.ConnectAsync();
        var before = await TablesAsync();
        await using var bench = CoterieProcess.Start("bench", "--workload", "carts", "--contact", shared.Cluster.Cql(1).ToString(), "--rate", "50", "--warmup", "0", "--seconds", "8");
        await bench.LineAsync(" at QUORUM on ");
        var table = Assert.Single((await TablesAsync()).Except(before));
        await Until.TrueAsync("something is there", async () => (await client.AskAsync($"SELECT * FROM coterie_bench.{table}")).Rows.Count > 0);

        await client.AskAsync($"TRUNCATE coterie_bench.{table}");

        await bench.LineAsync("coterie: LOST: ");
        Assert.Equal(1, await bench.ExitAsync());

        async Task<List<string>> TablesAsync() =>
            [.. (await client.AskAsync("SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'coterie_bench'")).Rows.Select(row => Client.Text(row[0]))];
    }

    [Theory]
    [InlineData("--workload", "carts")]
    [InlineData("--leader-based")]
    public async Task The_limit_has_nothing_to_look_for(params string[] options)
    {
        var refused = await CoterieCommand.RunAsync(["bench", "--limit", .. options]);
        Assert.Equal(64, refused.ExitCode);
        Assert.Contains("--limit goes with the workloads write, read and mixed alone", refused.Error, StringComparison.Ordinal);
    }
}
