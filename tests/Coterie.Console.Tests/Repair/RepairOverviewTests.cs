using System.Net;
using Coterie.Host.Admin;
using Coterie.WebConsole.Repair;

namespace Coterie.WebConsole.Tests.Repair;

public sealed class RepairOverviewTests
{
    private static readonly IReadOnlyList<ConsoleNode> Places = [.. Enumerable.Range(1, 3).Select(static i => new ConsoleNode($"node{i}", IPEndPoint.Parse($"127.0.0.{i}:9042"), IPEndPoint.Parse($"127.0.0.{i}:9180")))];

    [Fact]
    public void What_the_nodes_say_is_put_together_by_name()
    {
        var overview = RepairOverviews.Of(Places, [Status(1, 5, new HintsReport(2, 300, 4)), Status(2, 7, null)]);

        Assert.Equal([("node1", true), ("node2", true), ("node3", false)], overview.Nodes.Select(static node => (node.Name, node.Answers)));
        Assert.Equal(new RepairHints("node1", "node3", 2, 300, 4), Assert.Single(overview.Hints));
        Assert.Equal((2, 7), (overview.Tables[0].Pairs, overview.Tables[0].SecondsSinceEqual));
    }

    [Fact]
    public void Beside_one_node_the_others_have_their_addresses_for_names()
    {
        var overview = RepairOverviews.Of([Places[0] with { Name = "this node" }], [Status(1, 5, null)]);
        Assert.Equal(["127.0.0.1:9042", "127.0.0.2:9042", "127.0.0.3:9042"], overview.Nodes.Select(static node => node.Name));
    }

    [Fact]
    public void Ten_thousand_tables_are_counted_and_some_are_listed()
    {
        var tables = Enumerable.Range(0, 10_000).Select(static i => new TableReport("ks", $"t{i:D5}", [])).ToList();
        var overview = RepairOverviews.Of(Places, [Status(1, 5, null) with { Tables = tables }]);
        Assert.Equal((10_000, RepairOverviews.TablesMax), (overview.TablesTotal, overview.Tables.Count));
        Assert.Null(overview.Tables[0].SecondsSinceEqual);
    }

    [Fact]
    public void Without_an_answer_there_is_nothing() => Assert.Same(RepairOverview.Nothing, RepairOverviews.Of(Places, []));

    private static StatusReport Status(int node, double seconds, HintsReport? hints) => new(
        "dev",
        "c",
        1,
        $"id{node}",
        7,
        true,
        1,
        1,
        [.. Enumerable.Range(1, 3).Select(i => new PeerReport($"id{i}", "dc1", "rack1", "", $"127.0.0.{i}:9042", $"127.0.0.{i}:9180", i != 3, i == 3 ? hints : null))])
    {
        Tables = [new TableReport("shop", "cart", [new PairReport("id3", seconds, null)])],
    };
}
