using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Disk;

/// <summary>kill -9 of every node in the middle of writes.</summary>
public sealed class KilledClusterTests
{
    [Fact]
    public async Task After_kill_9_of_all_three_every_acknowledged_write_is_there()
    {
        using var directory = new TemporaryDirectory();
        var first = Addresses.First();
        var writers = new List<AcknowledgedWrites>();
        await using (var cluster = await DevCluster.StartAsync(first, directory.Path))
        {
            await using (var client = await cluster.ConnectAsync())
            {
                await client.CreateTableAsync(replicas: 3);
            }

            var processes = new[] { 1, 2, 3 }.Select(cluster.ProcessId).ToList();
            var levels = new[] { ConsistencyLevel.One, ConsistencyLevel.Quorum, ConsistencyLevel.All };
            for (var node = 1; node <= 3; node++)
            {
                writers.Add(new AcknowledgedWrites(cluster.Cql(node), firstId: node * 1_000_000));
            }

            var writing = writers.Zip(levels, (writer, level) => writer.UntilRefusedAsync(100, level)).ToList();
            await Until.TrueAsync("each writer has some acknowledged", () => writers.All(writer => writer.Count >= 100));
            processes.ForEach(process => Signals.Send(process, PosixSignalNumber.Kill));
            await Task.WhenAll(writing);
            Assert.Equal(1, await cluster.Supervisor.ExitAsync());
            Assert.Equal("no node is left", cluster.Supervisor.Lines[^1]);
        }

        await using (var cluster = await DevCluster.StartAsync(first, directory.Path))
        {
            await using var client = await cluster.ConnectAsync(node: 2);
            await client.EventuallyAsync("SELECT id FROM shop.cart WHERE id = 0", ConsistencyLevel.All);

            // What was acknowledged by one replica only is found by asking all.
            foreach (var writer in writers)
            {
                await writer.VerifyAsync(client, ConsistencyLevel.All);
            }
        }
    }
}
