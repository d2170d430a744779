using Coterie.WebConsole.Metrics;

namespace Coterie.WebConsole.Tests.Metrics;

public sealed class MetricsParserTests
{
    [Fact]
    public void Families_have_help_type_and_samples()
    {
        var set = MetricsParser.Parse("""
            # HELP requests_total Requests, and a \\ and a line\nbreak
            # TYPE requests_total counter
            requests_total{result="ok",path="/a,b}\"c"} 12
            requests_total{result="bad",} 3 1700000000000
            # some other comment
            # TYPE t gauge
            t NaN
            u +Inf
            """);

        Assert.Equal((0, null, false), (set.Broken, set.FirstBroken, set.IsCut));
        var requests = set.Families["requests_total"];
        Assert.Equal(("counter", "Requests, and a \\ and a line\nbreak"), (requests.Type, requests.Help));
        Assert.Equal(["requests_total{result=\"ok\",path=\"/a,b}\\\"c\"}", "requests_total{result=\"bad\",}"], requests.Samples.Select(static sample => sample.Key));
        Assert.Equal([12, 3], requests.Samples.Select(static sample => sample.Value));
        Assert.Equal(double.NaN, set.Single("t"));
        Assert.Equal(("untyped", double.PositiveInfinity), (set.Families["u"].Type, set.Single("u")));
    }

    [Fact]
    public void The_parts_of_a_histogram_belong_to_it_and_a_counter_of_such_a_name_does_not()
    {
        var set = MetricsParser.Parse("""
            # TYPE s histogram
            s_bucket{le="1"} 1
            s_bucket{le="+Inf"} 2
            s_sum 3
            s_count 2
            # TYPE other_count counter
            other_count 1
            """);

        Assert.Equal(["s", "other_count"], set.Families.Keys.OrderDescending());
        Assert.Equal(4, set.Families["s"].Samples.Count);
    }

    [Theory]
    [InlineData("1abc 5", "line 2: that is no sample")]
    [InlineData("abc", "line 2: that is no sample")]
    [InlineData("abc x", "line 2: its value is no number")]
    [InlineData("abc ", "line 2: that is no sample")]
    [InlineData("abc{", "line 2: its labels are broken")]
    [InlineData("abc{a=1} 2", "line 2: its labels are broken")]
    [InlineData("abc{a=\"1} 2", "line 2: its labels are broken")]
    [InlineData("abc{a=\"1\\", "line 2: its labels are broken")]
    [InlineData("abc{=\"1\"} 2", "line 2: its labels are broken")]
    [InlineData("abc{a=\"1\"}", "line 2: its value is no number")]
    [InlineData("# TYPE abc sandwich", "line 2: there is no such type of a metric")]
    [InlineData("# HELP <b> x", "line 2: that is no name of a metric")]
    public void A_broken_line_is_told_and_the_others_are_read(string broken, string problem)
    {
        var set = MetricsParser.Parse($"a 1\n{broken}\nb 2\n");
        Assert.Equal((1, problem), (set.Broken, set.FirstBroken));
        Assert.Equal((1, 2), (set.Single("a"), set.Single("b")));
    }

    [Fact]
    public void A_line_without_end_and_series_without_number_are_cut()
    {
        Assert.Equal("line 1: it is longer than 2000 characters", MetricsParser.Parse($"a{{l=\"{new string('x', 3_000)}\"}} 1").FirstBroken);
        var set = MetricsParser.Parse(string.Concat(Enumerable.Range(0, 50).Select(static i => $"a{{l=\"{i}\"}} {i}\n")), samplesMax: 20);
        Assert.True(set.IsCut);
        Assert.Equal(20, set.Families["a"].Samples.Count);
    }

    [Fact]
    public void Half_of_a_text_at_any_place_is_read_as_far_as_it_goes()
    {
        const string Text = "# HELP a b\n# TYPE a counter\na{x=\"1\\\\\",y=\"}\"} 5\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\n";
        for (var i = 0; i <= Text.Length; i++)
        {
            Assert.InRange(MetricsParser.Parse(Text[..i]).Broken, 0, 1);
        }
    }

    [Fact]
    public void Quantiles_are_taken_from_within_the_bucket_and_never_from_beyond_the_last()
    {
        Assert.Equal(0.5, LatencyWindow.Quantile([(1, 10), (2, 10), (double.PositiveInfinity, 10)], 0.5)!.Value, 9);
        Assert.Equal(2, LatencyWindow.Quantile([(1, 0), (2, 1), (double.PositiveInfinity, 10)], 0.99)!.Value, 9);
        Assert.Null(LatencyWindow.Quantile([(1, 0), (double.PositiveInfinity, 0)], 0.5));
    }
}
