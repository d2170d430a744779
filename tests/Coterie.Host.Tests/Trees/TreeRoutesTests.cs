using Coterie.Host.Admin;
using Coterie.Host.Admin.Trees;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;

namespace Coterie.Host.Tests.Trees;

/// <summary>Three whole nodes of a lab, with some tables.</summary>
public sealed class LabCluster : IAsyncLifetime
{
    internal RealCluster Nodes { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        Nodes = await RealCluster.StartAsync(cancel, isLab: true);
        await using var connection = await CqlConnection.ConnectAsync(Nodes.Clients[0], cancel);
        foreach (var statement in new[]
        {
            "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
            "CREATE TABLE shop.cart (id text PRIMARY KEY, item text)",
            "CREATE TABLE shop.many (a int, b text, v text, PRIMARY KEY (a, b))",
            "CREATE KEYSPACE led WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3} AND consistency = 'global'",
            "CREATE TABLE led.t (id text PRIMARY KEY, item text)",
            "INSERT INTO shop.cart (id, item) VALUES ('one', 'apple')",
            "INSERT INTO shop.cart (id, item) VALUES ('two', 'pear')",
        })
        {
            await connection.QueryAsync(statement, statement.StartsWith("INSERT", StringComparison.Ordinal) ? ConsistencyLevel.All : ConsistencyLevel.Quorum, cancel);
        }
    }

    public async ValueTask DisposeAsync() => await Nodes.DisposeAsync();
}

/// <summary>Whole nodes, asked at their admin addresses.</summary>
public sealed class TreeRoutesTests(LabCluster lab) : IClassFixture<LabCluster>, IDisposable
{
    private const string Query = "keyspace=shop&table=cart";

    private readonly AdminClient _client = new(TimeSpan.FromSeconds(30));
    private readonly RealCluster _cluster = lab.Nodes;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_write_on_one_replica_alone_is_found_from_any_node_and_repaired()
    {
        var trees = await _client.GetAsync(_cluster.Admins[2], $"/api/trees?{Query}", TreeJson.Default.TreesReport, Cancel);
        Assert.Equal((3, "id text, item text"), (trees.Pairs.Count, string.Join(", ", trees.Columns.Select(static column => $"{column.Name} {column.Type}"))));
        Assert.Equal(0, (await CompareAsync(trees.Pairs[0])).Leaf!.Different);

        var odd = await IdAsync(0);
        var request = new DivergeRequest("shop", "cart", "two", "item", "plum");
        await _client.PostAsync(_cluster.Admins[0], "/lab/diverge", request, RepairJson.Default.DivergeRequest, RepairJson.Default.DivergeAnswer, Cancel);

        foreach (var pair in trees.Pairs)
        {
            var report = await CompareAsync(pair);
            var isOdd = pair.Left == odd || pair.Right == odd;
            Assert.Equal((isOdd ? 1 : 0, isOdd), (report.Leaf!.Different, report.Left.Hash != report.Right.Hash));
            if (isOdd)
            {
                var id = Assert.Single(report.Leaf.Rows).Id;
                var row = await RowAsync(pair, $"key={id}");
                Assert.Equal((row.Id, row.Key, row.Equal), ((await RowAsync(pair, "partition=74776f")).Id, "two", false));
                var (mine, other) = pair.Left == odd ? (row.Left!, row.Right!) : (row.Right!, row.Left!);
                Assert.Equal(("plum", "pear"), (Cell(mine, "item"), Cell(other, "item")));
            }
        }

        foreach (var admin in _cluster.Admins)
        {
            await new NodeRepair(_client, TimeProvider.System).RunAsync(admin, new RepairRequest("shop", "cart"), static _ => { }, Cancel);
        }

        foreach (var pair in trees.Pairs)
        {
            Assert.Equal(0, (await CompareAsync(pair)).Leaf!.Different);
            Assert.Equal("plum", Cell((await RowAsync(pair, "partition=74776f")).Left!, "item"));
        }
    }

    [Theory]
    [InlineData("/api/trees", 400, "the query string must have keyspace and table")]
    [InlineData("/api/trees?keyspace=shop", 400, "the query string must have keyspace and table")]
    [InlineData("/api/trees?keyspace=none&table=cart", 404, "there is no keyspace none")]
    [InlineData("/api/trees?keyspace=shop&table=none", 404, "there is no table shop.none")]
    [InlineData("/api/trees?keyspace=led&table=t", 409, "leader-based")]
    [InlineData("/api/trees/compare?keyspace=led&table=t", 409, "have no trees")]
    [InlineData("/api/trees/compare?keyspace=shop&table=cart", 400, "left and right must be the ids of two nodes")]
    [InlineData("/api/trees/compare?keyspace=shop&table=cart&left=x&right=y", 400, "left and right must be the ids of two nodes")]
    public async Task What_makes_no_sense_is_told_why(string path, int status, string reason)
    {
        var refusal = await Assert.ThrowsAsync<AdminRefusedException>(() => _client.GetAsync(_cluster.Admins[1], path, TreeJson.Default.TreeReport, Cancel));
        Assert.Equal(status, refusal.Status);
        Assert.Contains(reason, refusal.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compare", "&lower=00&upper=zz", "lower and upper must be hex")]
    [InlineData("compare", "&lower=00", "lower and upper must be hex")]
    [InlineData("compare", "&lower=&upper=", "lower and upper must be hex")]
    [InlineData("compare", "&lower=ff&upper=00", "lower and upper must be hex")]
    [InlineData("compare", "&lower=00&upper=ff", "lower and upper must be hex")]
    [InlineData("row", "", "key must be that of a row")]
    [InlineData("row", "&key=00000000000000000000000000000000", "key must be that of a row")]
    [InlineData("row", "&key=x", "key must be that of a row")]
    public async Task Ranges_and_keys_that_are_none_are_refused(string route, string rest, string reason)
    {
        var pair = (await _client.GetAsync(_cluster.Admins[0], $"/api/trees?{Query}", TreeJson.Default.TreesReport, Cancel)).Pairs[0];
        var path = $"/api/trees/{route}?{Query}&left={pair.Left}&right={pair.Right}{rest}";
        var refusal = await Assert.ThrowsAsync<AdminRefusedException>(() => _client.GetAsync(_cluster.Admins[0], path, TreeJson.Default.TreeReport, Cancel));
        Assert.Equal(400, refusal.Status);
        Assert.StartsWith(reason, refusal.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop", "none", "id", "item", 404)]
    [InlineData("led", "t", "id", "item", 409)]
    [InlineData("shop", "many", "id", "v", 409)]
    [InlineData("shop", "cart", "id", "none", 409)]
    [InlineData("shop", "cart", "", "item", 400)]
    public async Task Only_one_text_by_one_text_is_written_alone(string keyspace, string table, string key, string column, int status)
    {
        var request = new DivergeRequest(keyspace, table, key, column, "value");
        var refusal = await Assert.ThrowsAsync<AdminRefusedException>(() =>
            _client.PostAsync(_cluster.Admins[0], "/lab/diverge", request, RepairJson.Default.DivergeRequest, RepairJson.Default.DivergeAnswer, Cancel));
        Assert.Equal(status, refusal.Status);
    }

    private Task<TreeReport> CompareAsync(TreePairReport pair) =>
        _client.GetAsync(_cluster.Admins[1], $"/api/trees/compare?{Query}&left={pair.Left}&right={pair.Right}", TreeJson.Default.TreeReport, Cancel);

    private Task<RowReport> RowAsync(TreePairReport pair, string which) =>
        _client.GetAsync(_cluster.Admins[1], $"/api/trees/row?{Query}&left={pair.Left}&right={pair.Right}&{which}", TreeJson.Default.RowReport, Cancel);

    private async Task<string> IdAsync(int node) => (await _client.GetAsync(_cluster.Admins[node], "/api/status", AdminJson.Default.StatusReport, Cancel)).Node;

    private static string? Cell(RowVersionReport version, string name) => version.Cells.First(cell => cell.Name == name).Value;
}
