using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Coterie.Model.Quorum.Staleness;

namespace Coterie.Model.Tests.Quorum.Staleness;

public sealed class DelayTests
{
    private const int Draws = 1_000_001;

    // Kolmogorov and Smirnov: with a right sampler a larger distance comes once in 10¹⁴ seeds.
    private static readonly double DistanceMost = 4 / Math.Sqrt(Draws);

    [Fact]
    public void An_exponential_delay_has_its_distribution() =>
        AssertDistribution(ParetoExponentialDelay.Exponential(4), static x => 1 - Math.Exp(-x / 4));

    [Fact]
    public void A_Pareto_delay_has_its_distribution() =>
        AssertDistribution(ParetoExponentialDelay.Pareto(2, 3), static x => x < 2 ? 0 : 1 - Math.Pow(2 / x, 3));

    [Fact]
    public void A_mixture_has_its_distribution() => AssertDistribution(
        new ParetoExponentialDelay(.38, 1.05, 1.51, .183),
        static x => (.38 * (x < 1.05 ? 0 : 1 - Math.Pow(1.05 / x, 1.51))) + (.62 * (1 - Math.Exp(-.183 * x))));

    [Fact]
    public void A_uniform_delay_has_its_distribution() => AssertDistribution(new UniformDelay(1, 5), static x => Math.Clamp((x - 1) / 4, 0, 1));

    [Fact]
    public void Samples_come_as_often_as_they_were_measured()
    {
        var drawn = Draw(new SampledDelay([1, 2, 2, 5]));
        Assert.Equal([1.0, 2.0, 5.0], drawn.Distinct().Order());
        Assert.Equal(0.25, (double)drawn.Count(static value => value == 1) / Draws, 0.003);
        Assert.Equal(0.5, (double)drawn.Count(static value => value == 2) / Draws, 0.003);
    }

    [Fact]
    public void Every_draw_is_finite_at_the_ends_of_the_uniform_numbers()
    {
        double[] ends = [double.Epsilon, 1.0 / (1UL << 53), 0.9122, Math.BitIncrement(0.9122), 1];
        foreach (var delay in new Delay[] { new ParetoExponentialDelay(.9122, .235, 10, 1.66), ParetoExponentialDelay.Exponential(1), ParetoExponentialDelay.Pareto(1, 5) })
        {
            var values = ends.ToArray();
            delay.Draw(values);
            Assert.All(values, static value => Assert.True(double.IsFinite(value) && value >= 0, $"{value}"));
        }
    }

    /// <summary>The largest that is taken of each form, and mixtures whose parts are as unlike as can be.</summary>
    [Theory]
    [InlineData("1e6")]
    [InlineData("uniform(0,1e6)")]
    [InlineData("exp(1e6)")]
    [InlineData("pareto(1e6,0.1)")]
    [InlineData("mix(0.5,1e6,0.1,1e-6)")]
    [InlineData("mix(1e-16,1e6,0.1,1e-6)")]
    [InlineData("mix(0.00000000000000011,1e6,0.1,1e-6)")]
    [InlineData("mix(5e-324,1e6,0.1,1e-6)")]
    [InlineData("mix(0.9999999999999999,1e6,0.1,1e-6)")]
    public void At_the_limits_every_delay_and_every_figure_is_finite(string text)
    {
        double[] ends = [1.0 / (1UL << 53), 2.0 / (1UL << 53), 0.5, 1 - (1.0 / (1UL << 53)), 1];
        DelayText.Parse(text)!.Draw(ends);
        Assert.All(ends, static value => Assert.True(double.IsFinite(value) && value >= 0, $"{value}"));

        var words = new QuorumWords { Replicas = "3,3", Read = "ONE", Write = "ALL", ReadFrom = "dc2", Model = $"wars={text}", RemoteMilliseconds = "10000" };
        Assert.True(QuorumQuestion.TryParse(words, out var question, out _));
        var report = DelayReport.Of(question!, 10_000, 1);
        Assert.All(
            report.Read.Concat(report.Write).Concat(report.SeenWithin).Select(static one => one.Milliseconds).Concat(report.Curve.SelectMany(static point => new[] { point.Milliseconds, point.Seen })),
            static value => Assert.True(double.IsFinite(value), $"{value}"));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("uniform(1,5)")]
    [InlineData("exp(10)")]
    [InlineData("pareto(0.2,3)")]
    [InlineData("mix(0.9,0.2,10,1.7)")]
    public void A_delay_is_read_as_it_is_written(string text) => Assert.Equal(text, DelayText.Parse(text)!.Text);

    [Theory]
    [InlineData("")]
    [InlineData("exp")]
    [InlineData("exp(")]
    [InlineData("exp()")]
    [InlineData("exp(0)")]
    [InlineData("exp(-1)")]
    [InlineData("exp(NaN)")]
    [InlineData("exp(1e300)")]
    [InlineData("exp(1,2)")]
    [InlineData("uniform(5,1)")]
    [InlineData("mix(2,1,1,1)")]
    [InlineData("-1")]
    [InlineData("Infinity")]
    [InlineData("1e7")]
    [InlineData("exp(1e7)")]
    [InlineData("exp(1e-7)")]
    [InlineData("uniform(1,1e7)")]
    [InlineData("pareto(1e7,1)")]
    [InlineData("pareto(1,0.0999)")]
    [InlineData("pareto(1,0)")]
    [InlineData("mix(0.5,1,0.0999,1)")]
    [InlineData("mix(0.5,1,1,1e-7)")]
    public void Nonsense_is_no_delay(string text) => Assert.Null(DelayText.Parse(text));

    [Theory]
    [InlineData("fast", "the model is one of lnkd-ssd, lnkd-disk, ymmr, or your own: w=exp(5);ars=exp(1); not 'fast'")]
    [InlineData("w=exp(5)", "a model says how long all of w, a, r and s take; missing: a, r, s")]
    [InlineData("w=1;wars=2", "the model says twice how long w takes")]
    [InlineData("x=1", "a part of a model begins with which of w, a, r, s it is of, as in ars=exp(1); not 'x=1'")]
    [InlineData("w=pareto(0.2,0.0001);ars=1", "the shape of a Pareto delay must be at least 0.1: with less, its longest delays have no finite length; not 'pareto(0.2,0.0001)'")]
    [InlineData("w=mix(0.5,0.2,0.01,1);ars=1", "the shape of a Pareto delay must be at least 0.1: with less, its longest delays have no finite length; not 'mix(0.5,0.2,0.01,1)'")]
    [InlineData("wars=soon", "a delay in milliseconds is one of 2, uniform(1,5), exp(10), pareto(0.2,3), mix(0.9,0.2,10,1.7); not 'soon'")]
    public void A_model_that_makes_no_sense_is_refused(string text, string problem)
    {
        Assert.False(DelayModel.TryParse(text, null, out _, out var said));
        Assert.Equal(problem, said);
    }

    [Fact]
    public void Samples_must_be_delays()
    {
        Assert.Throws<ArgumentException>(static () => new SampledDelay([]));
        Assert.Throws<ArgumentException>(static () => new SampledDelay([1, -1]));
        Assert.Throws<ArgumentException>(static () => new SampledDelay([double.NaN]));
    }

    private static double[] Draw(Delay delay)
    {
        var values = new double[Draws];
        new UniformSource(7).Fill(values);
        delay.Draw(values);
        return values;
    }

    private static void AssertDistribution(Delay delay, Func<double, double> chanceUpTo)
    {
        var values = Draw(delay);
        Array.Sort(values);
        var distance = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var chance = chanceUpTo(values[i]);
            distance = Math.Max(distance, Math.Max(Math.Abs(chance - ((double)i / Draws)), Math.Abs(chance - ((i + 1.0) / Draws))));
        }

        Assert.True(distance < DistanceMost, $"{distance} of at most {DistanceMost}");
    }
}
