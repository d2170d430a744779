using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Disk;

/// <summary>A node without space refuses writes, says why, reads on, and writes again when there is space. Nothing acknowledged is lost.</summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 128;
    private const string NoWay = "needs 'unshare' with a mount namespace, as root or with user namespaces allowed";

    [Fact]
    public async Task A_single_node_refuses_writes_reads_on_and_writes_again_when_there_is_space()
    {
        Assert.SkipUnless(SmallDisk.IsAvailable, NoWay);
        using var directory = new TemporaryDirectory();
        var node = NodeConfiguration.Cluster(directory.Path, 1)[0];
        await using var disk = SmallDisk.Start(node, Megabytes);
        await disk.Process.LineAsync(" Up: ");
        await using var client = await Client.ConnectAsync(node.Cql);
        await client.CreateTableAsync(replicas: 1);
        var writes = new AcknowledgedWrites(node.Cql);
        await writes.WriteAsync(200, 1_000, ConsistencyLevel.One);

        disk.Fill();
        var refusal = await writes.UntilRefusedAsync(100_000, ConsistencyLevel.One, most: 10_000);

        Assert.Equal("WriteFailure", refusal!.CodeName);
        await disk.Process.LineAsync("No space: writes are refused until there is some.");
        await writes.VerifyAsync(client, ConsistencyLevel.One);
        Assert.NotNull(await writes.UntilRefusedAsync(100_000, ConsistencyLevel.One, most: 1));

        disk.FreeSpace();
        await client.EventuallyAsync("INSERT INTO shop.cart (id, v) VALUES (-1, 'space again')", ConsistencyLevel.One);
        await disk.Process.LineAsync("There is space again: writes are taken");
        await writes.WriteAsync(200, 1_000, ConsistencyLevel.One);
        var killed = disk.NodeProcessId;
        Signals.Send(killed, PosixSignalNumber.Kill);

        await Until.TrueAsync("it is up again", () => disk.Process.Lines.Count(line => line.Contains(" Up: ", StringComparison.Ordinal)) == 2);
        await using var again = await Client.ConnectAsync(node.Cql);
        await writes.VerifyAsync(again, ConsistencyLevel.One);
    }

    [Fact]
    public async Task With_one_full_disk_of_three_a_quorum_goes_on()
    {
        Assert.SkipUnless(SmallDisk.IsAvailable, NoWay);
        using var directory = new TemporaryDirectory();
        var nodes = NodeConfiguration.Cluster(directory.Path, 3);
        await using var first = nodes[0].Start();
        await using var second = nodes[1].Start();
        await using var third = SmallDisk.Start(nodes[2], Megabytes);
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), third.Process.LineAsync(" Up: "));
        await using var client = await Client.ConnectAsync(nodes[0].Cql);
        await client.CreateTableAsync(replicas: 3);
        third.Fill();
        var writes = new AcknowledgedWrites(nodes[0].Cql);
        await writes.UntilRefusedAsync(100_000, ConsistencyLevel.All, most: 10_000);

        await writes.WriteAsync(300, 1_000, ConsistencyLevel.Quorum);

        // The full node as coordinator: it reads on.
        await using var full = await Client.ConnectAsync(nodes[2].Cql);
        await writes.VerifyAsync(full, ConsistencyLevel.Quorum);
        third.FreeSpace();
        await full.EventuallyAsync("INSERT INTO shop.cart (id, v) VALUES (-2, 'tea')", ConsistencyLevel.All);
        await writes.VerifyAsync(full, ConsistencyLevel.All);
    }
}
