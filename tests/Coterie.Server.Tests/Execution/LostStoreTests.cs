using Coterie.Model.Quorum;
using Coterie.Server.Tests.Fixtures;

namespace Coterie.Server.Tests.Execution;

/// <summary>A node whose data directory was lost, among two that have theirs.</summary>
public sealed class LostStoreTests
{
    [Fact]
    public async Task A_node_that_lost_its_store_is_the_same_node_takes_writes_and_answers_no_read()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        var identity = cluster.Nodes[2].Id;
        await using var first = await cluster.ConnectAsync(0);
        await MakeTableAsync(first);
        (await first.QueryAsync("INSERT INTO k.t (id, v) VALUES (1, 'x')", ConsistencyLevel.All)).ExpectVoid();

        await cluster.LoseStoreAsync(2);
        Assert.Equal(identity, cluster.Nodes[2].Id);
        await using var third = await cluster.ConnectAsync(2);
        (await third.QueryAsync("INSERT INTO k.t (id, v) VALUES (2, 'y')", ConsistencyLevel.All)).ExpectVoid();
        Assert.Equal("x", (await third.QueryAsync("SELECT v FROM k.t WHERE id = 1", ConsistencyLevel.Quorum)).Rows().Text(0, "v"));
        Assert.Equal(2, (await third.QueryAsync("SELECT id FROM k.t", ConsistencyLevel.Quorum)).Rows().Rows.Count);
        Assert.Equal("x", (await third.QueryAsync("SELECT v FROM k.t WHERE id = 1", ConsistencyLevel.One)).Rows().Text(0, "v"));
        Assert.True((await third.QueryAsync("SELECT v FROM k.t WHERE id = 1", ConsistencyLevel.All)).IsError);
        Assert.True(cluster.Nodes[2].ReplicaCounters.ReadsIncomplete > 0);
    }

    [Fact]
    public async Task A_voter_that_lost_its_store_abstains_from_what_it_may_have_promised_and_votes_after_it()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var first = await cluster.ConnectAsync(0);
        await MakeTableAsync(first);
        await cluster.LoseStoreAsync(2);
        await cluster.Nodes[1].StopAsync();

        // Of three voters one has forgotten and one is away: nobody can say what is decided.
        Assert.True((await first.QueryAsync("CREATE TABLE k.u (id int PRIMARY KEY)")).IsError);
    }

    [Fact]
    public async Task A_voter_that_lost_its_store_votes_again_two_epochs_on()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var first = await cluster.ConnectAsync(0);
        await MakeTableAsync(first);
        await cluster.LoseStoreAsync(2);
        await using var third = await cluster.ConnectAsync(2);
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!cluster.Nodes[2].HasRecalled)
        {
            Assert.True(DateTime.UtcNow < deadline, "the other voters have not been asked");
            await Task.Yield();
        }

        for (var i = 0; i < 2; i++)
        {
            Assert.False((await first.QueryAsync($"CREATE TABLE k.u{i} (id int PRIMARY KEY)")).IsError);
        }

        await cluster.Nodes[1].StopAsync();
        Assert.False((await first.QueryAsync("CREATE TABLE k.w (id int PRIMARY KEY)")).IsError);
    }

    private static async Task MakeTableAsync(TestClient client)
    {
        await client.QueryAsync("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
        await client.QueryAsync("CREATE TABLE k.t (id int PRIMARY KEY, v text)");
    }
}
