using System.Collections.Immutable;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Disk;

/// <summary>
/// Nodes that acknowledge before the sync. No process can lose the machine under itself, so the machine "goes down" by a file that says which boot this is, and
/// takes the end of a log with it.
/// </summary>
public sealed class UnsyncedTests : IDisposable
{
    private const string NeverCompared = "--Repair:Enabled=false";
    private const string OftenCompared = "--Repair:Interval=1s";
    private const string WritesLost = "what this node acknowledged last may be lost";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("periodic")]
    [InlineData("none")]
    public async Task A_killed_process_loses_nothing_and_a_machine_that_went_down_has_it_back_from_the_others(string mode)
    {
        string[] settings = [$"--Storage:Sync={mode}", $"--Storage:BootIdFile={Boot("first")}"];
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        await using var first = nodes[0].Start([.. settings, OftenCompared]);
        await using var second = nodes[1].Start([.. settings, OftenCompared]);
        await using var third = nodes[2].Start([.. settings, OftenCompared]);
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), third.LineAsync(" Up: "));
        var writes = await WriteAsync(nodes, 500);
        await KillAsync(third);

        await using (var again = await nodes[2].StartUpAsync([.. settings, NeverCompared]))
        {
            Assert.DoesNotContain(again.Lines, static line => line.Contains(WritesLost, StringComparison.Ordinal));
            Assert.Equal(0, await NodeMetrics.OfAsync(nodes[2], NodeMetrics.IncompleteGroups));
            await writes.WriteAsync(500, 100, ConsistencyLevel.All);
            await KillAsync(again);
        }

        TearLargestLog(nodes[2]);
        Boot("second");
        await using var back = await nodes[2].StartUpAsync([.. settings, OftenCompared]);
        await back.LineAsync(WritesLost);
        await Until.TrueAsync("the node is complete", async () => await NodeMetrics.OfAsync(nodes[2], NodeMetrics.IncompleteGroups) == 0);
        await KillAsync(first);
        await KillAsync(second);
        await using var client = await Client.ConnectAsync(nodes[2].Cql);
        await writes.VerifyAsync(client, ConsistencyLevel.One);
    }

    [Fact]
    public async Task A_whole_cluster_that_lost_its_power_comes_back_and_a_clean_stop_loses_nothing()
    {
        string[] settings = ["--Storage:Sync=periodic", $"--Storage:BootIdFile={Boot("first")}", OftenCompared];
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        var processes = await StartAllAsync(nodes, settings);
        var writes = await WriteAsync(nodes, 100);
        foreach (var process in processes)
        {
            await KillAsync(process);
            await process.DisposeAsync();
        }

        Boot("second");
        processes = await StartAllAsync(nodes, settings);
        foreach (var (node, process) in nodes.Zip(processes))
        {
            await process.LineAsync(WritesLost);
            await Until.TrueAsync("the node is complete", async () => await NodeMetrics.OfAsync(node, NodeMetrics.IncompleteGroups) == 0);
        }

        // Nothing was torn, so nothing is lost; what the power takes from everybody at once is gone.
        await using (var client = await Client.ConnectAsync(nodes[0].Cql))
        {
            await writes.VerifyAsync(client, ConsistencyLevel.All);
        }

        foreach (var process in processes)
        {
            process.Signal(PosixSignalNumber.Terminate);
            Assert.Equal(0, await process.ExitAsync());
            await process.DisposeAsync();
        }

        Boot("third");
        foreach (var process in await StartAllAsync(nodes, settings))
        {
            Assert.DoesNotContain(process.Lines, static line => line.Contains(WritesLost, StringComparison.Ordinal));
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_alone_says_what_it_may_have_lost_and_goes_on_with_what_it_has()
    {
        string[] settings = ["--Storage:Sync=none", $"--Storage:BootIdFile={Boot("first")}"];
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        await using (var process = await node.StartUpAsync(settings))
        {
            await using (var client = await Client.ConnectAsync(node.Cql))
            {
                await client.CreateTableAsync(replicas: 1);
            }

            await new AcknowledgedWrites(node.Cql).WriteAsync(500, 100, ConsistencyLevel.One);
            await KillAsync(process);
        }

        TearLargestLog(node);
        Boot("second");
        await using var again = await node.StartUpAsync(settings);
        await again.LineAsync("there is no other node to have it back from");
        await using var reader = await Client.ConnectAsync(node.Cql);
        var rows = await reader.AllRowsAsync("SELECT id FROM shop.cart", ConsistencyLevel.One);
        Assert.InRange(rows.Count, 1, 499);
    }

    /// <returns>Where the system "says" which boot this is.</returns>
    private string Boot(string id)
    {
        var file = Path.Combine(_directory.Path, "boot_id");
        File.WriteAllText(file, id + "\n");
        return file;
    }

    private static async Task<ImmutableArray<CoterieProcess>> StartAllAsync(ImmutableArray<NodeConfiguration> nodes, string[] settings)
    {
        ImmutableArray<CoterieProcess> processes = [.. nodes.Select(node => node.Start(settings))];
        await Task.WhenAll(processes.Select(static process => process.LineAsync(" Up: ")));
        return processes;
    }

    private static async Task<AcknowledgedWrites> WriteAsync(ImmutableArray<NodeConfiguration> nodes, int count)
    {
        await using var client = await Client.ConnectAsync(nodes[0].Cql);
        await client.CreateTableAsync(replicas: 3);
        var writes = new AcknowledgedWrites(nodes[0].Cql);
        await writes.WriteAsync(count, 100, ConsistencyLevel.All);
        return writes;
    }

    private static async Task KillAsync(CoterieProcess process)
    {
        process.Signal(PosixSignalNumber.Kill);
        await process.ExitAsync();
    }

    /// <summary>A page near the end that never reached the disk, though what comes after it did.</summary>
    private static void TearLargestLog(NodeConfiguration node)
    {
        const int Page = 4096;
        const int BeforeTheEnd = 20_000;
        var log = new DirectoryInfo(node.StoreDirectory).EnumerateFiles("*.log").MaxBy(static file => file.Length)!;
        Assert.True(log.Length > BeforeTheEnd);
        using var file = new FileStream(log.FullName, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length - BeforeTheEnd;
        file.Write(new byte[Page]);
    }
}
