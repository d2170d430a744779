using Coterie.Model.Quorum;
using Coterie.Processes.Disk;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Repair;

/// <summary><c>coterie repair --accept-loss</c>: a node that has lost its data waits for all others, until the operator says that one is gone for good.</summary>
public sealed class AcceptLossTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_node_that_lost_its_data_waits_for_a_dead_one_until_its_loss_is_accepted()
    {
        var nodes = NodeConfiguration.Cluster(_directory.Path, 3);
        await using var first = nodes[0].Start("--Repair:Interval=1s");
        await using var second = nodes[1].Start("--Repair:Interval=1s");
        await using var third = nodes[2].Start("--Repair:Interval=1s");
        await Task.WhenAll(first.LineAsync(" Up: "), second.LineAsync(" Up: "), third.LineAsync(" Up: "));
        await using var client = await Client.ConnectAsync(nodes[0].Cql);
        await client.CreateTableAsync(replicas: 3);
        var writes = new AcknowledgedWrites(nodes[0].Cql);
        await writes.WriteAsync(100, 100, ConsistencyLevel.All);

        // Alive: refused, by address and by id, and nobody has given anything up.
        var alive = await AcceptAsync(nodes[0], nodes[2].Cql.ToString());
        Assert.Equal(1, alive.ExitCode);
        Assert.Contains("is not lost: it answers; nothing was given up", alive.Error, StringComparison.Ordinal);
        var unknown = await AcceptAsync(nodes[0], Guid.Empty.ToString());
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("the cluster has no node", unknown.Error, StringComparison.Ordinal);

        second.Signal(PosixSignalNumber.Kill);
        third.Signal(PosixSignalNumber.Kill);
        await Task.WhenAll(second.ExitAsync(), third.ExitAsync());
        Directory.Delete(nodes[1].DataDirectory, recursive: true);
        await using var refilled = await nodes[1].StartUpAsync("--Repair:Interval=1s");
        await Until.TrueAsync("node 2 serves, incomplete", async () => await NodeMetrics.OfAsync(nodes[1], NodeMetrics.IncompleteGroups) > 0);
        await Until.TrueAsync("both others see node 3 down", async () =>
            (await CoterieCommand.RunAsync("status", "--contact", nodes[0].Admin.ToString())).Output.Split('\n')
                .Any(line => line.Contains(nodes[2].Cql.ToString(), StringComparison.Ordinal) && line.Split('|')[5].Count(seen => seen == 'D') == 2));

        var accepted = await AcceptAsync(nodes[0], nodes[2].Address.ToString());

        Assert.True(accepted.ExitCode == 0, accepted.ToString());
        Assert.Contains($"{nodes[0].Cql} had not waited for {nodes[2].Cql}: nothing is given up there", accepted.Output, StringComparison.Ordinal);
        Assert.Contains($"{nodes[1].Cql} gives up what only {nodes[2].Cql} had: shop.cart (1 group of replicas)", accepted.Output, StringComparison.Ordinal);
        await Until.TrueAsync("node 2 is complete", async () => await NodeMetrics.OfAsync(nodes[1], NodeMetrics.IncompleteGroups) == 0);
        first.Signal(PosixSignalNumber.Kill);
        await first.ExitAsync();
        await using var through = await Client.ConnectAsync(nodes[1].Cql);
        await writes.VerifyAsync(through, ConsistencyLevel.One);
    }

    private static Task<CommandResult> AcceptAsync(NodeConfiguration contact, string gone) =>
        CoterieCommand.RunAsync("repair", "--accept-loss", gone, "--contact", contact.Admin.ToString());
}
