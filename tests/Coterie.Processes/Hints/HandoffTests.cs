using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Hints;

/// <summary>Real processes, killed with kill -9: what a node missed comes back to it by itself, also when the node that kept it was killed too.</summary>
public sealed class HandoffTests
{
    private const int Writes = 200;

    [Fact]
    public async Task A_killed_node_gets_what_it_missed_although_the_keeper_of_it_was_killed_too()
    {
        using var directory = new TemporaryDirectory();
        var nodes = NodeConfiguration.Cluster(directory.Path, 3);
        var processes = await Task.WhenAll(nodes.Select(node => node.StartUpAsync()));
        try
        {
            await using (var client = await Client.ConnectAsync(nodes[0].Cql))
            {
                await client.CreateTableAsync(replicas: 3, " WITH read_repair = 'NONE'");
                await client.EventuallyAsync("SELECT id FROM shop.cart WHERE id = 0", ConsistencyLevel.All);
            }

            await KillAsync(processes, 2);
            await WriteAsync(nodes[0], 0, ConsistencyLevel.One);
            await WriteAsync(nodes[0], Writes, ConsistencyLevel.Quorum);
            await Until.TrueAsync("every write has its hint", async () => await WaitingAsync(nodes[0]) == 2 * Writes);

            await KillAsync(processes, 0);
            await RestartAsync(processes, nodes, 0);
            Assert.Equal(2 * Writes, await WaitingAsync(nodes[0]));

            await RestartAsync(processes, nodes, 2);
            await Until.TrueAsync("nothing waits any more", async () => await WaitingAsync(nodes[0]) == 0);

            // The others are gone, so that nobody but this node can answer.
            await KillAsync(processes, 0);
            await KillAsync(processes, 1);
            await using var alone = await Client.ConnectAsync(nodes[2].Cql);
            for (var id = 0; id < 2 * Writes; id++)
            {
                Assert.Single((await alone.EventuallyAsync($"SELECT v FROM shop.cart WHERE id = {id}", ConsistencyLevel.One)).Rows);
            }
        }
        finally
        {
            await StopAsync(processes);
        }
    }

    [Fact]
    public async Task At_ANY_a_write_succeeds_with_its_replica_down_and_is_there_when_all_is_back()
    {
        using var directory = new TemporaryDirectory();
        var nodes = NodeConfiguration.Cluster(directory.Path, 2);
        var processes = await Task.WhenAll(nodes.Select(node => node.StartUpAsync()));
        try
        {
            await using (var client = await Client.ConnectAsync(nodes[0].Cql))
            {
                await client.CreateTableAsync(replicas: 1);
                await KillAsync(processes, 1);

                // With one replica each, about half of the partitions have none that is alive.
                await Until.TrueAsync("the killed node is seen dead", async () => await UnavailableAsync(client) > 0);
                for (var id = 1_000; id < 1_000 + Writes; id++)
                {
                    await client.AskAsync($"INSERT INTO shop.cart (id, v) VALUES ({id}, 'any')", ConsistencyLevel.Any);
                }
            }

            Assert.True(await WaitingAsync(nodes[0]) > 0);
            await KillAsync(processes, 0);
            await RestartAsync(processes, nodes, 0);
            await RestartAsync(processes, nodes, 1);
            await Until.TrueAsync("nothing waits any more", async () => await WaitingAsync(nodes[0]) == 0);
            await using var again = await Client.ConnectAsync(nodes[0].Cql);
            for (var id = 1_000; id < 1_000 + Writes; id++)
            {
                Assert.Single((await again.EventuallyAsync($"SELECT v FROM shop.cart WHERE id = {id}", ConsistencyLevel.One)).Rows);
            }
        }
        finally
        {
            await StopAsync(processes);
        }
    }

    private static async Task<int> UnavailableAsync(CqlConnection client)
    {
        var unavailable = 0;
        for (var id = 0; id < 20; id++)
        {
            try
            {
                await client.AskAsync($"SELECT v FROM shop.cart WHERE id = {id}", ConsistencyLevel.One);
            }
            catch (CqlErrorException)
            {
                unavailable++;
            }
        }

        return unavailable;
    }

    private static async Task WriteAsync(NodeConfiguration node, int first, ConsistencyLevel level)
    {
        await using var client = await Client.ConnectAsync(node.Cql);
        for (var id = first; id < first + Writes; id++)
        {
            await client.AskAsync($"INSERT INTO shop.cart (id, v) VALUES ({id}, 'kept')", level);
        }
    }

    /// <summary>Hints that wait at the node, as it says itself.</summary>
    private static async Task<long> WaitingAsync(NodeConfiguration node)
    {
        using var client = new HttpClient();
        using var report = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync(new Uri($"http://{node.Admin}/api/status")));
        return report.RootElement.GetProperty("nodes").EnumerateArray()
            .Where(static peer => peer.GetProperty("hints").ValueKind == System.Text.Json.JsonValueKind.Object)
            .Sum(static peer => peer.GetProperty("hints").GetProperty("count").GetInt64());
    }

    private static async Task KillAsync(CoterieProcess[] processes, int index)
    {
        processes[index].Signal(PosixSignalNumber.Kill);
        await processes[index].ExitAsync();
    }

    private static async Task RestartAsync(CoterieProcess[] processes, IReadOnlyList<NodeConfiguration> nodes, int index)
    {
        var before = processes[index];
        processes[index] = await nodes[index].StartUpAsync();
        await before.DisposeAsync();
    }

    private static async Task StopAsync(CoterieProcess[] processes)
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }
}
