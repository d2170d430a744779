using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Disk;

/// <summary>One byte flipped in the files of a stopped node: refused with file and place, never a silent loss.</summary>
public sealed class DamageTests : IDisposable
{
    private const int StorageExitCode = 74;

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
    public async Task In_a_table_file_what_is_there_is_refused_by_this_replica_and_read_from_the_others()
    {
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        await using var first = nodes[0].Start();
        await using var second = nodes[1].Start();
        var third = nodes[2].Start();
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), third.LineAsync(" Up: "));
        await using var client = await Client.ConnectAsync(nodes[0].Cql);
        await client.CreateTableAsync(replicas: 3);
        var writes = new AcknowledgedWrites(nodes[0].Cql);
        await writes.WriteAsync(1_000, 1_000, ConsistencyLevel.All);
        third.Signal(PosixSignalNumber.Terminate);
        Assert.Equal(0, await third.ExitAsync());
        await third.DisposeAsync();
        var table = Largest(nodes[2], "*.sst");
        Flip(table);

        await using var damaged = await nodes[2].StartUpAsync();
        await client.EventuallyAsync("SELECT v FROM shop.cart WHERE id = -1", ConsistencyLevel.All);
        await using var through = await Client.ConnectAsync(nodes[2].Cql);

        // All replicas: an error, and not an answer without the damaged rows.
        var failure = await Assert.ThrowsAsync<CqlErrorException>(() => through.AllRowsAsync("SELECT id, v FROM shop.cart", ConsistencyLevel.All));
        Assert.Equal("ReadFailure", failure.CodeName);
        var said = await damaged.LineAsync(Path.GetFileName(table));
        Assert.Contains("offset", said, StringComparison.Ordinal);

        // A quorum without it: everything.
        Assert.Equal(writes.Count, (await through.AllRowsAsync("SELECT id, v FROM shop.cart")).Count);
        await writes.VerifyAsync(client, ConsistencyLevel.Quorum);

        // What is not damaged is served, and writes are taken.
        await through.AskAsync("INSERT INTO shop.cart (id, v) VALUES (-2, 'tea')", ConsistencyLevel.All);
        Assert.Single((await through.AskAsync("SELECT v FROM shop.cart WHERE id = -2", ConsistencyLevel.All)).Rows);
        Assert.False(damaged.HasExited);
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
