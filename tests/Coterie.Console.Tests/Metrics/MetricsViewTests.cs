using Coterie.WebConsole.Cluster;
using Coterie.WebConsole.Metrics;
using Coterie.WebConsole.Tests.Cluster;

namespace Coterie.WebConsole.Tests.Metrics;

public sealed class MetricsViewTests
{
    private const string Text = "# HELP a_total Apples\n# TYPE a_total counter\na_total{kind=\"red\"} 10\na_total{kind=\"green\"} 4\n# HELP b Bees\n# TYPE b gauge\nb 7\n";

    [Fact]
    public void Values_stand_side_by_side_and_only_what_counts_up_has_a_rate()
    {
        var one = With(1, Text) with { Before = With(1, Text.Replace("} 10", "} 4", StringComparison.Ordinal)) with { At = TimeSpan.FromSeconds(7) } };
        var report = MetricsView.Of(Moments.Of(one, Moments.Silent(2), With(3, "# TYPE b gauge\nb 8\n")), "");

        Assert.Equal(["a_total", "b"], report.Families.Select(static family => family.Name));
        var red = report.Families[0].Lines[0];
        Assert.Equal("a_total{kind=\"red\"}", red.Series);
        Assert.Equal([10, null, null], red.Values);
        Assert.Equal([2, null, null], red.Rates);
        Assert.Equal([7, null, 8], report.Families[1].Lines[0].Values);
        Assert.All(report.Families[1].Lines[0].Rates, Assert.Null);
        Assert.Equal([true, false, true], report.Nodes.Select(static node => node.Answers));
        Assert.StartsWith("no node answers", report.Nodes[1].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apples", 2, 1)]
    [InlineData("APPLES green", 1, 1)]
    [InlineData("e", 3, 2)]
    [InlineData("bees red", 0, 0)]
    [InlineData("<script>", 0, 0)]
    [InlineData("  ", 3, 2)]
    public void Every_word_of_the_filter_must_be_somewhere(string filter, int lines, int families)
    {
        var report = MetricsView.Of(Moments.Of(With(1, Text)), filter);
        Assert.Equal((lines, families, 2), (report.Families.Sum(static family => family.Lines.Count), report.FamiliesFound, report.FamiliesTotal));
    }

    [Fact]
    public void Ten_thousand_series_leave_room_for_the_others_until_they_are_asked_for()
    {
        var many = "# TYPE a gauge\n" + string.Concat(Enumerable.Range(0, 10_000).Select(static i => $"a{{table=\"t{i}\"}} {i}\n")) + "# TYPE b gauge\nb 7\n";
        var all = MetricsView.Of(Moments.Of(With(1, many)), "");
        Assert.Equal([MetricsView.LinesOfOneMax, 1], all.Families.Select(static family => family.Lines.Count));
        Assert.Equal(10_000, all.Families[0].LinesTotal);

        Assert.Equal(MetricsView.LinesMax, Assert.Single(MetricsView.Of(Moments.Of(With(1, many)), "table").Families).Lines.Count);
        Assert.Equal("a{table=\"t9999\"}", Assert.Single(Assert.Single(MetricsView.Of(Moments.Of(With(1, many)), "t9999").Families).Lines).Series);
    }

    [Fact]
    public void However_many_families_there_are_few_lines_are_shown()
    {
        var report = MetricsView.Of(Moments.Of(With(1, string.Concat(Enumerable.Range(0, 10_000).Select(static i => $"m{i} 1\n")))), "");
        Assert.Equal((MetricsView.FamiliesMax, 10_000), (report.Families.Count, report.FamiliesFound));
    }

    [Fact]
    public void What_cannot_be_read_is_told()
    {
        Assert.Equal("2 lines cannot be read: line 1: that is no sample", MetricsView.Of(Moments.Of(With(1, "<html>\n</html>\n")), "").Nodes[0].Problem);
    }

    private static NodeAnswer With(int number, string text) => Moments.Answer(number) with { Metrics = MetricsParser.Parse(text) };
}
