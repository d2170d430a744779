using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Coterie.Model.Quorum.Staleness;

namespace Coterie.Model.Tests.Quorum.Staleness;

public sealed class WarsSimulationTests
{
    private const int Trials = 400_000;

    /// <summary>What the paper gives for N = 3 (Bailis and others, VLDB 2012, §5.3, §5.4): its tails were fitted, so ours run up to a fifth beside them.</summary>
    [Theory]
    [InlineData("lnkd-ssd", "1", "1", null, 1.85)]
    [InlineData("lnkd-disk", "1", "1", 0.439, 45.5)]
    [InlineData("ymmr", "1", "1", null, 1364.0)]
    [InlineData("ymmr", "2", "1", null, 202.0)]
    public void The_paper_says_about_the_same(string model, string read, string write, double? seenAtOnce, double seenWithin)
    {
        var result = Run("3", read, write, model);
        Assert.Equal(seenWithin, result.SeenWithin(.999), seenWithin * 0.2);
        if (seenAtOnce is { } chance)
        {
            Assert.Equal(chance, result.SeenAfter(0), 0.01);
        }
    }

    /// <summary>
    /// What another program for the same model gives, with as many trials: the chance to see the write at once, when 99.9 % see it, and the 99.9th
    /// percentiles of read and write. Both estimate, so what is compared is the share that lies below the other's percentile: its standard error is
    /// √(0.999 · 0.001 / 400,000) on either side, whatever the distribution, and five of both together are 0.00035.
    /// </summary>
    [Theory]
    [InlineData("lnkd-ssd", "1", "1", 0.9731, 1.9399, 0.6621, 0.6513)]
    [InlineData("lnkd-ssd", "2", "1", 0.9994, 0, 1.6439, 0.6561)]
    [InlineData("lnkd-ssd", "1", "2", 0.9785, 1.9030, 0.6516, 1.6304)]
    [InlineData("lnkd-ssd", "2", "2", 1, 0, 1.6404, 1.6281)]
    [InlineData("lnkd-disk", "1", "1", 0.4365, 53.6675, 0.6603, 10.9788)]
    [InlineData("lnkd-disk", "2", "1", 0.7623, 14.2001, 1.6282, 10.9867)]
    [InlineData("lnkd-disk", "1", "2", 0.7119, 48.6289, 0.6523, 20.6452)]
    [InlineData("lnkd-disk", "2", "2", 1, 0, 1.644, 20.8065)]
    [InlineData("ymmr", "1", "1", 0.8872, 1455.6884, 5.5894, 10.9104)]
    [InlineData("ymmr", "2", "1", 0.99, 206.6909, 31.3547, 11.3604)]
    [InlineData("ymmr", "1", "2", 0.9165, 1425.5837, 5.6103, 437.4433)]
    [InlineData("ymmr", "2", "2", 1, 0, 33.0053, 420.5191)]
    public void Another_program_says_the_same(string model, string read, string write, double seenAtOnce, double seenWithin, double readLatency, double writeLatency)
    {
        var result = Run("3", read, write, model);
        Assert.Equal(seenAtOnce, result.SeenAfter(0), 0.005);
        Assert.Equal(.999, seenWithin == 0 ? Math.Min(.999, result.SeenAfter(0)) : result.SeenAfter(seenWithin), 0.00035);
        Assert.Equal(.999, result.ReadsWithin(readLatency), 0.00035);
        Assert.Equal(.999, result.WritesWithin(writeLatency), 0.00035);
    }

    /// <summary>
    /// Only the write's way takes time, with a memory of nothing: when the W-th replica has it, each of the others still lacks it t later with chance
    /// exp(−t/mean). A read asks R replicas, any of them.
    /// </summary>
    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(5, 2, 1)]
    [InlineData(9, 3, 2)]
    public void A_write_that_spreads_exponentially_is_seen_as_the_formula_says(int replicas, int read, int write)
    {
        var result = Run($"{replicas}", $"{read}", $"{write}", "w=exp(10);ars=0");
        for (var t = 0.0; t <= 40; t += 5)
        {
            var expected = 1 - ExpectedMiss(replicas, read, write, Math.Exp(-t / 10));
            Assert.Equal(expected, result.SeenAfter(t), 0.004);
        }

        // At once, with sets that know nothing of each other.
        Assert.Equal(1 - QuorumMath.MissesBlindly(replicas, read, write), result.SeenAfter(0), 0.004);
    }

    [Fact]
    public void The_last_of_three_exponential_writes_is_as_late_as_the_formula_says()
    {
        var result = Run("3", "1", "ALL", "w=exp(10);ars=0");
        foreach (var share in new[] { .5, .9, .99 })
        {
            // (1 − exp(−t/10))³ = share.
            var exact = -10 * Math.Log(1 - Math.Pow(share, 1.0 / 3));
            Assert.Equal(exact, result.WritePercentile(share), exact * 0.02);
        }
    }

    [Theory]
    [InlineData("3", "QUORUM", "QUORUM")]
    [InlineData("5", "1", "5")]
    [InlineData("9", "4", "6")]
    [InlineData("3,3", "LOCAL_QUORUM", "LOCAL_QUORUM")]
    [InlineData("3,3", "LOCAL_QUORUM", "EACH_QUORUM")]
    [InlineData("3,2,2", "QUORUM", "QUORUM")]
    public void Where_reads_are_sure_to_meet_writes_no_trial_misses_one(string replicas, string read, string write)
    {
        foreach (var model in DelayModel.Known)
        {
            Assert.Equal(1, Run(replicas, read, write, model.Name, remote: 20).SeenAfter(0));
        }
    }

    [Fact]
    public void Another_data_centre_is_as_far_as_it_is_said_to_be()
    {
        var each = Run("3,3", "EACH_QUORUM", "EACH_QUORUM", "wars=1", remote: 75);
        Assert.Equal((152, 152), (each.ReadPercentile(.5), each.WritePercentile(.5)));
        var local = Run("3,3", "LOCAL_QUORUM", "LOCAL_QUORUM", "wars=1", remote: 75);
        Assert.Equal((2, 2), (local.ReadPercentile(.5), local.WritePercentile(.5)));

        // Written here, read there: the write is under way for 76 ms, was acknowledged after 2, and the read takes 1 to arrive.
        var across = Run("3,3", "LOCAL_QUORUM", "LOCAL_QUORUM", "wars=1", remote: 75, readFrom: "dc2");
        Assert.Equal(73, across.SeenWithin(.999));
        Assert.Equal((0, 1), (across.SeenAfter(72.9), across.SeenAfter(73)));
    }

    [Fact]
    public void A_hint_is_not_needed_where_nobody_is_down()
    {
        var any = Run("3", "ONE", "ANY", "ymmr");
        var one = Run("3", "ONE", "ONE", "ymmr");
        Assert.Equal(one.SeenWithin(.99), any.SeenWithin(.99));
    }

    [Fact]
    public void Measured_delays_make_a_model_too()
    {
        var measured = new SampledDelay([1, 1, 1, 9]);
        var layout = ReplicaLayout.Of(1);
        var one = new RequestQuorum(layout, new ReplicaRequirement(RequirementScope.Anywhere, 1));
        var result = new WarsSimulation(new DelayModel("measured", "", measured, measured, measured, measured), one, one).Run(Trials, 3);

        // 1 + 1 in nine of sixteen, 1 + 9 in six, 9 + 9 in one.
        Assert.Equal((2, 10, 18), (result.ReadPercentile(.56), result.ReadPercentile(.57), result.ReadPercentile(.94)));
    }

    [Fact]
    public void Round_trips_that_were_measured_come_out_as_they_were_measured()
    {
        // Reads usually take 2, so an acknowledgement takes 1, and the write itself the rest: 3 or 9, or half of 1.
        var model = DelayModel.OfRoundTrips([1, 4, 4, 10], [2, 2, 2, 6], "measured");
        var layout = ReplicaLayout.Of(1);
        var one = new RequestQuorum(layout, new ReplicaRequirement(RequirementScope.Anywhere, 1));
        var result = new WarsSimulation(model, one, one).Run(Trials, 3);

        Assert.Equal((1, 4, 4, 10), (result.WritePercentile(.24), result.WritePercentile(.26), result.WritePercentile(.74), result.WritePercentile(.76)));
        Assert.Equal((2, 2, 6), (result.ReadPercentile(.01), result.ReadPercentile(.74), result.ReadPercentile(.76)));
        Assert.Equal(1, result.SeenAfter(0));
        Assert.Equal(("cluster", "4 samples"), (model.Name, model.Acknowledge.Text));
    }

    [Fact]
    public void What_was_not_measured_is_no_model()
    {
        Assert.Throws<ArgumentException>(static () => DelayModel.OfRoundTrips([], [1], ""));
        Assert.Throws<ArgumentException>(static () => DelayModel.OfRoundTrips([-1], [1], ""));
        Assert.False(QuorumQuestion.TryParse(new QuorumWords { Model = "cluster" }, out _, out var problems));
        Assert.StartsWith("the delays of this cluster are not known", Assert.Single(problems), StringComparison.Ordinal);

        var measured = DelayModel.OfRoundTrips([1], [1], "measured");
        Assert.True(QuorumQuestion.TryParse(new QuorumWords { Model = "Cluster" }, measured, out var question, out _));
        Assert.Equal((measured, "cluster"), (question!.Delays, question.ToWords().Model));
    }

    [Fact]
    public void The_same_seed_gives_the_same_and_another_seed_something_else()
    {
        var question = Question("3", "1", "1", "ymmr", 0, null);
        var first = DelayReport.Of(question, 10_000, 1);
        Assert.Equal(first.Curve, DelayReport.Of(question, 10_000, 1).Curve);
        Assert.NotEqual(first.Curve, DelayReport.Of(question, 10_000, 2).Curve);
    }

    [Fact]
    public void The_curve_rises_from_the_first_chance_to_nearly_all()
    {
        var report = DelayReport.Of(Question("3", "1", "1", "lnkd-disk", 0, null), 100_000, 1);
        Assert.Equal(report.SeenAtOnce, report.Curve[0].Seen);
        Assert.Equal((0, 100), (report.Curve[0].Milliseconds, report.Curve[^1].Milliseconds));
        Assert.True(report.Curve[^1].Seen >= .999);
        Assert.Equal(report.Curve.Select(static point => point.Seen).Order(), report.Curve.Select(static point => point.Seen));
    }

    /// <summary>The chance that R replicas of N, of which W surely have the write and each other lacks it with this chance, all lack it.</summary>
    private static double ExpectedMiss(int replicas, int read, int write, double lacks) =>
        QuorumMath.MissesBlindly(replicas, read, write) * Math.Pow(lacks, read);

    private static WarsResult Run(string replicas, string read, string write, string model, double remote = 0, string? readFrom = null)
    {
        var question = Question(replicas, read, write, model, remote, readFrom);
        return new WarsSimulation(question.Delays, question.Read.Quorum, question.Write.Quorum, question.RemoteMilliseconds).Run(Trials, 42);
    }

    private static QuorumQuestion Question(string replicas, string read, string write, string model, double remote, string? readFrom)
    {
        var words = new QuorumWords { Replicas = replicas, Read = read, Write = write, Model = model, RemoteMilliseconds = $"{remote}", ReadFrom = readFrom };
        Assert.True(QuorumQuestion.TryParse(words, out var question, out var problems), string.Join('\n', problems));
        return question!;
    }
}
