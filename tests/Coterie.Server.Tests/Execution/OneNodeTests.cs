using Coterie.Server.Tests.Fixtures;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Execution;

public sealed class OneNodeTests
{
    [Fact]
    public async Task A_row_is_written_and_read()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await client.QueryAsync("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
        await client.QueryAsync("CREATE TABLE k.t (id int PRIMARY KEY, v text)");

        (await client.QueryAsync("INSERT INTO k.t (id, v) VALUES (?, ?)", Int(7), Text("seven"))).ExpectVoid();
        var rows = (await client.QueryAsync("SELECT id, v FROM k.t WHERE id = 7")).Rows();

        Assert.Single(rows.Rows);
        Assert.Equal("seven", rows.Text(0, "v"));
    }
}
