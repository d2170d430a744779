using System.Diagnostics;
using System.Globalization;
using Coterie.Host.CqlClient;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.BadInput;

/// <summary>Ten thousand clients that do nothing, and a process without file descriptors.</summary>
/// <remarks>Measures times and memory, so it runs alone.</remarks>
[Collection(nameof(ManyConnectionsTests))]
[CollectionDefinition(nameof(ManyConnectionsTests), DisableParallelization = true)]
public sealed class ManyConnectionsTests : IDisposable
{
    private const int Idle = 10_000;
    private const int BytesEachMax = 24 * 1024;

    /// <summary>The kernel's lower bound for one process that this test needs: ours and the node's are separate.</summary>
    private const int DescriptorsNeeded = Idle + 500;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Ten_thousand_idle_clients_cost_a_fixed_amount_each_and_slow_nobody()
    {
        Assert.SkipUnless(HardLimit() >= DescriptorsNeeded + 5_000, $"needs a hard limit on open files of {DescriptorsNeeded + 5_000}; here it is {HardLimit()}");
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        await using var process = await node.StartUpAsync();
        await using var client = await Client.ConnectAsync(node.Cql);
        await client.CreateTableAsync(replicas: 1);
        await LatencyAsync(client);
        var before = await LatencyAsync(client);
        var memory = ProcessFigures.Memory(process.Id);
        var idle = new List<RawConnection>(Idle);
        for (var i = 0; i < Idle; i += 50)
        {
            idle.AddRange(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RawConnection.StartedAsync(node.Cql))));
        }

        var each = (ProcessFigures.Memory(process.Id) - memory) / Idle;
        var during = await LatencyAsync(client);

        Assert.True(ProcessFigures.OpenFiles(process.Id) > Idle);
        TestContext.Current.SendDiagnosticMessage($"{each} bytes each; p99 {before.TotalMilliseconds:0.0} ms before, {during.TotalMilliseconds:0.0} ms with {Idle} idle");
        Assert.True(each < BytesEachMax, $"{each} bytes for an idle connection");
        Assert.True(during < (before * 3) + TimeSpan.FromMilliseconds(20), $"p99 {before.TotalMilliseconds} ms before, {during.TotalMilliseconds} ms with {Idle} idle connections");
        idle.ForEach(connection => connection.Dispose());
        await Until.TrueAsync("their descriptors are free again", () => ProcessFigures.OpenFiles(process.Id) < 1_000);
    }

    [Fact]
    public async Task A_node_raises_its_soft_limit_to_the_hard_one()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "needs 'prlimit' of util-linux");
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        await using var process = Limited(node, $"600:{Math.Min(HardLimit(), 4_000)}");
        await process.LineAsync(" Up: ");
        var soft = File.ReadLines($"/proc/{process.Id}/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        Assert.Equal(Math.Min(HardLimit(), 4_000), long.Parse(soft, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task With_few_descriptors_clients_cannot_take_those_of_the_store_and_the_node_recovers()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "needs 'prlimit' of util-linux");
        const int Few = 600;
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        await using var process = Limited(node, $"{Few}:{Few}");
        await process.LineAsync(" Up: ");
        await using var client = await Client.ConnectAsync(node.Cql);
        await client.CreateTableAsync(replicas: 1);
        var flood = new List<RawConnection>();
        for (var i = 0; i < 2 * Few; i++)
        {
            flood.Add(await RawConnection.OpenAsync(node.Cql));
        }

        Assert.InRange(ProcessFigures.OpenFiles(process.Id), 1, Few - 50);
        await WriteAsync(client, rows: 500);
        flood.ForEach(connection => connection.Dispose());
        await Until.TrueAsync("it takes clients again", async () => await CanConnectAsync(node));
        Assert.False(process.HasExited);
    }

    private static CoterieProcess Limited(NodeConfiguration node, string limit) => new(CoterieCommand.StartInfo(
        "prlimit", [$"--nofile={limit}", "--", CoterieCommand.Path, "start", "--exit-with-parent", "--config", node.Write()]));

    private static long HardLimit() => long.TryParse(
        File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[4],
        out var limit) ? limit : int.MaxValue;

    private static async Task<bool> CanConnectAsync(NodeConfiguration node)
    {
        try
        {
            await using var client = await Client.ConnectAsync(node.Cql);
            return (await client.AskAsync("SELECT key FROM system.local", Model.Quorum.ConsistencyLevel.One)).Rows.Count == 1;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task WriteAsync(CqlConnection client, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            await client.AskAsync($"INSERT INTO shop.cart (id, v) VALUES ({i}, '{new string('v', 1_000)}')");
        }
    }

    /// <summary>The 99th percentile of some reads, one after another.</summary>
    private static async Task<TimeSpan> LatencyAsync(CqlConnection client)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 1_000; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await client.AskAsync("SELECT v FROM shop.cart WHERE id = 1");
            times.Add(Stopwatch.GetElapsedTime(begun));
        }

        times.Sort();
        return times[times.Count * 99 / 100];
    }
}
