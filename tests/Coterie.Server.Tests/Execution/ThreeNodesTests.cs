using Coterie.Model.Quorum;
using Coterie.Server.Tests.Fixtures;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Execution;

public sealed class ThreeNodesTests
{
    [Fact]
    public async Task A_table_made_through_one_node_is_written_through_another_and_read_through_a_third()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var first = await cluster.ConnectAsync(0);
        await using var second = await cluster.ConnectAsync(1);
        await using var third = await cluster.ConnectAsync(2);
        await first.QueryAsync("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
        await first.QueryAsync("CREATE TABLE k.t (id int PRIMARY KEY, v text)");

        for (var i = 0; i < 50; i++)
        {
            (await second.QueryAsync("INSERT INTO k.t (id, v) VALUES (?, ?)", Int(i), Text($"v{i}"))).ExpectVoid();
            Assert.Equal($"v{i}", (await third.QueryAsync("SELECT v FROM k.t WHERE id = ?", Int(i))).Rows().Text(0, "v"));
        }

        var all = (await third.QueryAsync("SELECT id FROM k.t", ConsistencyLevel.All)).Rows();
        Assert.Equal(Enumerable.Range(0, 50), Enumerable.Range(0, all.Rows.Count).Select(i => all.Int(i, "id")).Order());
    }
}
