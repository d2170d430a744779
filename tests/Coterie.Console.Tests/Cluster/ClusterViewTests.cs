using Coterie.Host.Admin;
using Coterie.WebConsole.Cluster;
using Coterie.WebConsole.Metrics;

namespace Coterie.WebConsole.Tests.Cluster;

public sealed class ClusterViewTests
{
    [Fact]
    public void Three_nodes_that_see_each_other_are_calm()
    {
        var report = ClusterView.Of(Moments.Calm());

        Assert.True(report.Calm);
        Assert.Equal("All 3 nodes are up, and see each other so.", report.Sentence);
        Assert.All(report.Views, static view => Assert.All(view.Of, static opinion => Assert.Equal(Opinion.Up, opinion)));
        Assert.All(report.Nodes, static node => Assert.Equal(1.0 / 3, node.Ownership!.Value, 9));
        Assert.Equal(["127.0.0.1:9042", "127.0.0.2:9042", "127.0.0.3:9042"], report.Nodes.Select(static node => node.CqlAddress));
    }

    [Fact]
    public void A_node_that_is_dead_is_silent_in_its_row_and_down_in_its_column_and_keeps_its_place()
    {
        var report = ClusterView.Of(Moments.Of(Moments.Answer(1, 3, 2), Moments.Silent(2), Moments.Answer(3)));

        Assert.False(report.Calm);
        Assert.Equal("node2 does not answer. node1 sees node2 down.", report.Sentence);
        Assert.Equal([Opinion.Up, Opinion.Down, Opinion.Up], report.Views[0].Of);
        Assert.Equal([Opinion.Silent, Opinion.Silent, Opinion.Silent], report.Views[1].Of);
        Assert.Equal([Opinion.Up, Opinion.Up, Opinion.Up], report.Views[2].Of);
        var dead = report.Nodes[1];
        Assert.Equal((Moments.Id(2), "127.0.0.2:9042", null, null), (dead.Id, dead.CqlAddress, dead.LoadBytes, dead.RequestsPerSecond));
        Assert.NotNull(dead.Ownership);
    }

    [Fact]
    public void With_nobody_that_answers_and_with_no_node_at_all_there_is_still_something_to_say()
    {
        Assert.Equal("No node answers.", ClusterView.Of(new ClusterMoment(1, [Moments.Silent(1), Moments.Silent(2)], null, 0)).Sentence);
        var nothing = ClusterView.Of(new ClusterMoment(1, [], null, 0));
        Assert.Equal(("This console stands beside no node.", false), (nothing.Sentence, nothing.Calm));
    }

    [Fact]
    public void Who_does_not_know_of_a_node_has_no_opinion_of_it()
    {
        var report = ClusterView.Of(Moments.Of(Moments.Answer(1, 2), Moments.Answer(2, 3), Moments.Answer(3, 3)));
        Assert.Equal([Opinion.Up, Opinion.Up, Opinion.Unknown], report.Views[0].Of);
        Assert.Equal("Not all nodes know of each other.", report.Sentence);
    }

    [Fact]
    public void Hints_are_added_up_for_each_target()
    {
        var one = Moments.Answer(1, 3, 3);
        var two = Moments.Answer(2, 3, 3);
        var report = ClusterView.Of(Moments.Of(Keeping(one, new HintsReport(10, 2_000, 5)), Keeping(two, new HintsReport(4, 500, 30)), Moments.Silent(3)));

        var hint = Assert.Single(report.Hints);
        Assert.Equal(("node3", 14L, 2_500L, 30.0), (hint.For, hint.Count, hint.Bytes, hint.OldestSeconds));
        Assert.Equal(["node1", "node2"], hint.At);

        static NodeAnswer Keeping(NodeAnswer answer, HintsReport hints) => answer with { Status = answer.Status! with { Nodes = [Moments.Peer(1, true), Moments.Peer(2, true), Moments.Peer(3, false, hints)] } };
    }

    [Fact]
    public void Of_a_table_the_pair_that_lags_most_counts_and_the_worst_table_is_first()
    {
        var one = With(Moments.Answer(1), new TableReport("k", "a", [new PairReport(Moments.Id(2), 5, null), new PairReport(Moments.Id(3), 90, null)]), new TableReport("k", "b", [new PairReport(Moments.Id(2), 7, null)]), new TableReport("k", "none", []));
        var two = With(Moments.Answer(2), new TableReport("k", "b", [new PairReport(Moments.Id(3), null, null)]));

        var report = ClusterView.Of(Moments.Of(one, two, Moments.Answer(3)));

        Assert.Equal(["b", "a", "none"], report.Tables.Select(static table => table.Table));
        Assert.Equal((null, "node2 and node3", 2, 1), (report.Tables[0].SecondsSinceEqual, report.Tables[0].Worst, report.Tables[0].Pairs, report.Tables[0].PairsNever));
        Assert.Equal((90.0, "node1 and node3"), (report.Tables[1].SecondsSinceEqual!.Value, report.Tables[1].Worst));
        Assert.Equal((0, null), (report.Tables[2].Pairs, report.Tables[2].Worst));
        Assert.Equal((3, 1), (report.TablesTotal, report.TablesNever));
    }

    [Fact]
    public void A_comparison_that_failed_names_nodes_as_people_know_them()
    {
        var one = With(Moments.Answer(1), new TableReport("k", "a", [new PairReport(Moments.Id(3), 5, $"{Moments.Id(3)} is down")]));
        Assert.Equal("node1 could not compare with node3: node3 is down", ClusterView.Of(Moments.Of(one, Moments.Answer(2), Moments.Answer(3))).Tables[0].Failure);
    }

    [Fact]
    public void Of_ten_thousand_tables_the_worst_thousand_are_listed()
    {
        var tables = Enumerable.Range(0, 10_000).Select(i => new TableReport("k", $"t{i}", [new PairReport(Moments.Id(2), i, null)])).ToArray();
        var report = ClusterView.Of(Moments.Of(With(Moments.Answer(1), tables), Moments.Answer(2), Moments.Answer(3)));
        Assert.Equal((10_000, ClusterView.TablesMax, "t9999"), (report.TablesTotal, report.Tables.Count, report.Tables[0].Table));
    }

    [Fact]
    public void An_old_leader_that_has_not_heard_of_the_new_one_leads_nothing()
    {
        var report = ClusterView.Of(Moments.Of(Leading(1, 4), Leading(2, 5), Moments.Answer(3)));
        Assert.Equal([0, 1, 0], report.Nodes.Select(static node => node.GroupsLed));
        Assert.Equal((1, 1), (report.Groups, report.GroupsLed));

        static NodeAnswer Leading(int number, long term)
        {
            var answer = Moments.Answer(number);
            return answer with { Status = answer.Status! with { Groups = [new GroupReport("g", [], "Leader", answer.Status.Node, term, 1, 1, 1, 1)] } };
        }
    }

    [Fact]
    public void Rates_and_times_are_of_what_came_between()
    {
        var before = Moments.Answer(1, 1) with { At = TimeSpan.FromSeconds(8), Metrics = Metrics(100, 10, 10) };
        var report = ClusterView.Of(Moments.Of(Moments.Answer(1, 1) with { Metrics = Metrics(150, 10, 30), Before = before }));

        var node = Assert.Single(report.Nodes);
        Assert.Equal(25, node.RequestsPerSecond);
        Assert.Equal(10, node.Reads!.PerSecond);

        // All twenty took from one to two milliseconds.
        Assert.Equal(1.5, node.Reads.P50Ms!.Value, 6);
        Assert.Equal(1.99, node.Reads.P99Ms!.Value, 6);
        Assert.Null(node.Writes);

        var restarted = ClusterView.Of(Moments.Of(Moments.Answer(1, 1) with { Metrics = Metrics(5, 0, 0), Before = before }));
        Assert.Equal((null, null), (restarted.Nodes[0].RequestsPerSecond, restarted.Nodes[0].Reads));
    }

    private static MetricSet Metrics(int requests, int within1, int within2) => MetricsParser.Parse($$"""
        # TYPE coterie_cql_requests_total counter
        coterie_cql_requests_total {{requests}}
        # TYPE coterie_cql_request_seconds histogram
        coterie_cql_request_seconds_bucket{kind="read",le="0.001"} {{within1}}
        coterie_cql_request_seconds_bucket{kind="read",le="0.002"} {{within2}}
        coterie_cql_request_seconds_bucket{kind="read",le="+Inf"} {{within2}}
        coterie_cql_request_seconds_sum{kind="read"} 1
        coterie_cql_request_seconds_count{kind="read"} {{within2}}
        """);

    private static NodeAnswer With(NodeAnswer answer, params TableReport[] tables) => answer with { Status = answer.Status! with { Tables = tables } };
}
