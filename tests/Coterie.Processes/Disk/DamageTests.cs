using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Disk;

/// <summary>One byte flipped in the files of a stopped node: refused with file and place, had back from the others where there are some, never a silent loss.</summary>
public sealed class DamageTests : IDisposable
{
    private const int StorageExitCode = 74;
    private const string OftenCompared = "--Repair:Interval=1s";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task In_the_middle_of_the_log_the_node_refuses_to_start_and_names_file_and_place()
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        var writes = new AcknowledgedWrites(node.Cql);
        await using (var process = await node.StartUpAsync())
        {
            await using (var client = await Client.ConnectAsync(node.Cql))
            {
                await client.CreateTableAsync(replicas: 1);
            }

            await writes.WriteAsync(500, 200, ConsistencyLevel.One);
            process.Signal(PosixSignalNumber.Kill);
            await process.ExitAsync();
        }

        var log = Largest(node, "*.log");
        Flip(log);
        await using (var damaged = node.Start())
        {
            Assert.Equal(StorageExitCode, await damaged.ExitAsync());
            var reason = damaged.Lines[^1];
            Assert.StartsWith("coterie: stored data is damaged, and nothing is served from it: ", reason, StringComparison.Ordinal);
            Assert.Contains(Path.GetFileName(log), reason, StringComparison.Ordinal);
            Assert.DoesNotContain(damaged.Lines, line => line.Contains(" Up: ", StringComparison.Ordinal));
        }

        // Refusing has changed nothing: with the byte as it was, all is there.
        Flip(log);
        await using var mended = await node.StartUpAsync();
        await using var reader = await Client.ConnectAsync(node.Cql);
        await writes.VerifyAsync(reader, ConsistencyLevel.One);
    }

    [Fact]
    public async Task In_the_log_of_one_of_three_its_store_is_set_aside_and_it_has_everything_back_from_the_others()
    {
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        await using var first = nodes[0].Start(OftenCompared);
        await using var second = nodes[1].Start(OftenCompared);
        var third = nodes[2].Start(OftenCompared);
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), third.LineAsync(" Up: "));
        var writes = await WriteAsync(nodes[0], 500, 200);
        third.Signal(PosixSignalNumber.Kill);
        await third.ExitAsync();
        await third.DisposeAsync();
        var log = Largest(nodes[2], "*.log");
        Flip(log);

        await using var damaged = await nodes[2].StartUpAsync(OftenCompared);

        Assert.Contains(Path.GetFileName(log), await damaged.LineAsync("It is set aside as "), StringComparison.Ordinal);
        await IsRefilledAsync(nodes[2], writes, first, second);
        var aside = Assert.Single(Directory.EnumerateDirectories(nodes[2].DataDirectory, "store.corrupt-*"));
        Assert.True(File.Exists(Path.Combine(aside, Path.GetFileName(log))));

        // Damaged again so soon: the disk is to be looked at.
        damaged.Signal(PosixSignalNumber.Kill);
        await damaged.ExitAsync();
        Flip(Largest(nodes[2], "*.log"));
        await using var again = nodes[2].Start(OftenCompared);
        Assert.Equal(StorageExitCode, await again.ExitAsync());
        Assert.Contains(again.Lines, line => line.Contains("this node stays down", StringComparison.Ordinal));
        Assert.Single(Directory.EnumerateDirectories(nodes[2].DataDirectory, "store.corrupt-*"));
    }

    [Fact]
    public async Task In_a_table_file_what_is_there_is_refused_by_this_replica_until_all_others_are_there_and_then_had_back_from_them()
    {
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        var first = nodes[0].Start(OftenCompared);
        await using var second = nodes[1].Start(OftenCompared);
        var third = nodes[2].Start(OftenCompared);
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), third.LineAsync(" Up: "));
        var writes = await WriteAsync(nodes[0], 1_000, 1_000);
        foreach (var process in new[] { third, first })
        {
            process.Signal(PosixSignalNumber.Terminate);
            Assert.Equal(0, await process.ExitAsync());
            await process.DisposeAsync();
        }

        var table = Largest(nodes[2], "*.sst");
        Flip(table);
        await using var damaged = await nodes[2].StartUpAsync(OftenCompared);
        await using (var through = await Client.ConnectAsync(nodes[2].Cql))
        {
            await through.EventuallyAsync("SELECT v FROM shop.cart WHERE id = -1", ConsistencyLevel.Quorum);

            // The only quorum needs the damaged rows: an error, and not an answer without them.
            var failure = await Assert.ThrowsAsync<CqlErrorException>(() => through.AllRowsAsync("SELECT id, v FROM shop.cart"));
            Assert.Equal("ReadFailure", failure.CodeName);
            var said = await damaged.LineAsync("is set aside as soon as");
            Assert.Contains(Path.GetFileName(table), said, StringComparison.Ordinal);
            Assert.Contains("offset", said, StringComparison.Ordinal);

            // One replica is away, and might be the only other one that has something: what is intact is served, and writes are taken.
            await through.AskAsync("INSERT INTO shop.cart (id, v) VALUES (-2, 'tea')");
            Assert.Single((await through.AskAsync("SELECT v FROM shop.cart WHERE id = -2")).Rows);
            Assert.False(damaged.HasExited);
            Assert.Empty(Directory.EnumerateDirectories(nodes[2].DataDirectory, "store.corrupt-*"));
        }

        await using var back = await nodes[0].StartUpAsync(OftenCompared);
        await damaged.LineAsync("It is set aside as ");
        await IsRefilledAsync(nodes[2], writes, back, second);
        var aside = Assert.Single(Directory.EnumerateDirectories(nodes[2].DataDirectory, "store.corrupt-*"));
        Assert.True(File.Exists(Path.Combine(aside, Path.GetFileName(table))));
    }

    [Fact]
    public async Task In_a_table_file_that_nobody_reads_the_scrub_finds_it()
    {
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        await using var first = nodes[0].Start(OftenCompared);
        await using var second = nodes[1].Start(OftenCompared);
        var third = nodes[2].Start(OftenCompared);
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), third.LineAsync(" Up: "));
        var writes = await WriteAsync(nodes[0], 500, 1_000);

        // A leaf that waits to be read would be read, and its damage found, before the scrub comes to it.
        await Until.TrueAsync("the trees of the third have been read", async () => await NodeMetrics.OfAsync(nodes[2], NodeMetrics.DirtyLeaves) == 0);
        third.Signal(PosixSignalNumber.Terminate);
        Assert.Equal(0, await third.ExitAsync());
        await third.DisposeAsync();

        // Intact: read to its end, and nothing is left behind.
        await using (var scrubbed = await nodes[2].StartUpAsync("--Repair:Enabled=false", "--Trees:ScrubInterval=1s"))
        {
            await scrubbed.LineAsync("every block is what was written");
            scrubbed.Signal(PosixSignalNumber.Terminate);
            Assert.Equal(0, await scrubbed.ExitAsync());
            Assert.DoesNotContain(scrubbed.Lines, line => line.Contains("not read again", StringComparison.Ordinal));
        }

        Assert.False(Directory.Exists(nodes[2].StoreDirectory + ".scrub"));
        var table = Largest(nodes[2], "*.sst");
        Flip(table);
        await using var damaged = await nodes[2].StartUpAsync(OftenCompared, "--Trees:ScrubInterval=1s");
        Assert.Contains(Path.GetFileName(table), await damaged.LineAsync("The store was not read again to its end"), StringComparison.Ordinal);
        await damaged.LineAsync("It is set aside as ");
        await IsRefilledAsync(nodes[2], writes, first, second);
    }

    [Fact]
    public async Task Of_all_nodes_at_once_no_new_cluster_is_formed_before_somebody_says_so()
    {
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        var processes = nodes.Select(static node => node.Start(OftenCompared)).ToList();
        await Task.WhenAll(processes.Select(static process => process.LineAsync(" Up: ")));
        var writes = await WriteAsync(nodes[0], 200, 100);
        foreach (var process in processes)
        {
            process.Signal(PosixSignalNumber.Kill);
            await process.ExitAsync();
            await process.DisposeAsync();
        }

        var logs = nodes.Select(static node => Largest(node, "*.log")).ToList();
        logs.ForEach(Flip);
        processes = [.. nodes.Select(static node => node.Start(OftenCompared))];
        foreach (var process in processes)
        {
            await process.LineAsync("It is set aside as ");
            await process.LineAsync("No cluster is formed: ");
            Assert.DoesNotContain(process.Lines, static line => line.Contains(" Up: ", StringComparison.Ordinal));
        }

        // One of them is restored: the others find it, and have everything back from it.
        processes[0].Signal(PosixSignalNumber.Terminate);
        Assert.Equal(0, await processes[0].ExitAsync());
        await processes[0].DisposeAsync();
        Restore(nodes[0], Path.GetFileName(logs[0]));
        processes[0] = nodes[0].Start(OftenCompared);
        await Task.WhenAll(processes.Select(static process => process.LineAsync(" Up: ")));
        await IsRefilledAsync(nodes[2], writes, processes[0], processes[1]);
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        // All is lost for good: a new cluster, when each that was a member is told to.
        foreach (var node in nodes)
        {
            Directory.Delete(node.StoreDirectory, recursive: true);
        }

        await using var first = nodes[0].Start("--FormNewCluster=true");
        await using var second = nodes[1].Start("--FormNewCluster=true");
        await using var third = nodes[2].Start();
        await first.LineAsync($"No cluster is formed: {nodes[2].Peer} ");
        third.Signal(PosixSignalNumber.Terminate);
        Assert.Equal(0, await third.ExitAsync());
        await using var told = nodes[2].Start("--FormNewCluster=true");
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), told.LineAsync(" Up: "));
    }

    private static void Restore(NodeConfiguration node, string flipped)
    {
        var aside = Assert.Single(Directory.EnumerateDirectories(node.DataDirectory, "store.corrupt-*"));
        Flip(Path.Combine(aside, flipped));
        Directory.Delete(node.StoreDirectory, recursive: true);
        Directory.Move(aside, node.StoreDirectory);
    }

    private static async Task<AcknowledgedWrites> WriteAsync(NodeConfiguration node, int count, int valueBytes)
    {
        await using var client = await Client.ConnectAsync(node.Cql);
        await client.CreateTableAsync(replicas: 3);
        var writes = new AcknowledgedWrites(node.Cql);
        await writes.WriteAsync(count, valueBytes, ConsistencyLevel.All);
        return writes;
    }

    /// <summary>The node has become complete; without the others, which are killed, it has every write.</summary>
    private static async Task IsRefilledAsync(NodeConfiguration node, AcknowledgedWrites writes, params CoterieProcess[] others)
    {
        await Until.TrueAsync("the node serves, and is complete", async () => await NodeMetrics.OfAsync(node, NodeMetrics.IncompleteGroups) == 0);
        foreach (var other in others)
        {
            other.Signal(PosixSignalNumber.Kill);
            await other.ExitAsync();
        }

        await using var client = await Client.ConnectAsync(node.Cql);
        await writes.VerifyAsync(client, ConsistencyLevel.One);
    }

    private static string Largest(NodeConfiguration node, string pattern) =>
        new DirectoryInfo(node.StoreDirectory).EnumerateFiles(pattern).MaxBy(file => file.Length)!.FullName;

    private static void Flip(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        var before = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(before ^ 0x10));
    }
}
