using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;

namespace Coterie.Model.Tests.Quorum;

public sealed class QuorumVerdictTests
{
    [Theory]
    [InlineData("3", "2", "2", QuorumPromise.Strong, 1)]
    [InlineData("3", "1", "1", QuorumPromise.Eventual, 0)]
    [InlineData("3", "1", "2", QuorumPromise.Eventual, 0)]
    [InlineData("3", "ONE", "ALL", QuorumPromise.Strong, 1)]
    [InlineData("5", "4", "4", QuorumPromise.Strong, 3)]
    [InlineData("5", "QUORUM", "ANY", QuorumPromise.Eventual, 0)]
    [InlineData("3", "ALL", "ANY", QuorumPromise.Eventual, 0)]
    [InlineData("3,3", "QUORUM", "QUORUM", QuorumPromise.Strong, 2)]
    [InlineData("3,3", "LOCAL_QUORUM", "LOCAL_QUORUM", QuorumPromise.StrongWithinDatacenter, 1)]
    [InlineData("3,3", "LOCAL_QUORUM", "EACH_QUORUM", QuorumPromise.Strong, 1)]
    [InlineData("3,3", "LOCAL_ONE", "EACH_QUORUM", QuorumPromise.Eventual, 0)]
    [InlineData("3,3", "QUORUM", "LOCAL_QUORUM", QuorumPromise.Eventual, 0)]
    [InlineData("3,3", "ALL", "LOCAL_ONE", QuorumPromise.Strong, 1)]
    [InlineData("3,3", "5", "LOCAL_QUORUM", QuorumPromise.Strong, 1)]
    [InlineData("1,3", "LOCAL_QUORUM", "LOCAL_QUORUM", QuorumPromise.StrongWithinDatacenter, 1)]
    [InlineData("1,3", "LOCAL_ONE", "LOCAL_QUORUM", QuorumPromise.Eventual, 1)]
    public void A_setting_promises(string replicas, string read, string write, QuorumPromise promise, int meet)
    {
        var verdict = Verdict(new QuorumWords { Replicas = replicas, Read = read, Write = write });
        Assert.Equal((promise, meet), (verdict.Promise, verdict.SureToMeet));
    }

    [Fact]
    public void From_two_data_centres_local_quorums_are_not_sure_to_meet()
    {
        var verdict = Verdict(new QuorumWords { Replicas = "east:3,west:2", Read = "LOCAL_QUORUM", Write = "LOCAL_QUORUM", WriteFrom = "east", ReadFrom = "west" });
        Assert.Equal(0, verdict.SureToMeet);
        Assert.Equal(QuorumPromise.StrongWithinDatacenter, verdict.Promise);
        Assert.Equal([new(0, 0, 1), new(0, 1, 0), new(1, 0, 0), new(1, 1, 2)], verdict.Pairs);
        Assert.Equal(0, verdict.WritesSureToMeet);
    }

    [Theory]
    [InlineData("3", "QUORUM", "QUORUM", 2, 2, 2)]
    [InlineData("3", "ONE", "ALL", 3, 1, 3)]
    [InlineData("5", "2", "4", 4, 2, 4)]
    [InlineData("3,3", "LOCAL_QUORUM", "EACH_QUORUM", 2, 2, 4)]
    public void So_many_replicas_may_fail_until(string replicas, string read, string write, int readsStop, int writesStop, int dataMayBeLost)
    {
        var verdict = Verdict(new QuorumWords { Replicas = replicas, Read = read, Write = write });
        Assert.Equal((readsStop, writesStop, dataMayBeLost), (verdict.ReadsStop.Smallest, verdict.WritesStop.Smallest, verdict.DataMayBeLost.Smallest));
    }

    [Fact]
    public void With_a_hint_for_an_acknowledgement_writes_never_stop_and_no_replica_need_fail_for_a_loss()
    {
        var verdict = Verdict(new QuorumWords { Write = "ANY", Dead = "1,2,3" });
        Assert.Null(verdict.WritesStop.Smallest);
        Assert.Equal(0, verdict.DataMayBeLost.Smallest);
        Assert.Equal(new DeadVerdict(ReadsWork: false, WritesWork: true, DataMayBeLost: true), verdict.WithDead());
        Assert.Equal(new DeadVerdict(ReadsWork: true, WritesWork: true, DataMayBeLost: true), Verdict(new QuorumWords { Write = "ANY" }).WithDead());
    }

    [Theory]
    [InlineData("", true, true, false)]
    [InlineData("1", true, true, false)]
    [InlineData("1,4", true, true, false)]
    [InlineData("1,2", false, false, false)]
    [InlineData("4,5", true, false, false)]
    [InlineData("1,2,4,5", false, false, true)]
    public void With_these_dead(string dead, bool reads, bool writes, bool lost)
    {
        var verdict = Verdict(new QuorumWords { Replicas = "3,3", Read = "LOCAL_QUORUM", Write = "EACH_QUORUM", Dead = dead });
        Assert.Equal(new DeadVerdict(reads, writes, lost), verdict.WithDead());
    }

    /// <summary>Against all writes that could have been acknowledged, and all reads that those alive can answer.</summary>
    [Theory]
    [InlineData("5", "3", "3")]
    [InlineData("5", "2", "4")]
    [InlineData("4", "1", "2")]
    [InlineData("3,2", "LOCAL_QUORUM", "LOCAL_QUORUM")]
    [InlineData("3,2", "QUORUM", "LOCAL_QUORUM")]
    [InlineData("3,2", "LOCAL_QUORUM", "QUORUM")]
    [InlineData("3,3", "EACH_QUORUM", "3")]
    [InlineData("3,3", "4", "EACH_QUORUM")]
    [InlineData("3", "QUORUM", "ANY")]
    public void No_write_and_read_share_less_than_the_worst_case(string replicas, string read, string write)
    {
        var layout = Verdict(new QuorumWords { Replicas = replicas, Read = read, Write = write }).Question.Layout;
        for (var dead = 0; dead < 1 << layout.Replicas; dead++)
        {
            var numbers = string.Join(',', new NodeSet((ulong)dead).Nodes().Select(static node => node + 1));
            var verdict = Verdict(new QuorumWords { Replicas = replicas, Read = read, Write = write, Dead = numbers });
            var alive = layout.All.Except(verdict.Question.Dead);
            var reads = verdict.Question.Read.Quorum.Enough.Sets().Where(alive.Contains).ToList();
            var (written, answered) = verdict.WorstCase();
            Assert.True(verdict.Question.Write.Quorum.IsMetBy(written));
            Assert.Equal(reads.Count > 0, answered is not null);
            if (answered is { } set)
            {
                Assert.Contains(set, reads);
                Assert.Equal(verdict.Question.Write.Quorum.Enough.Sets().Min(one => reads.Min(other => one.And(other).Count)), written.And(set).Count);
            }
        }
    }

    [Theory]
    [InlineData("3", 1, "ONE")]
    [InlineData("3", 2, "QUORUM")]
    [InlineData("3", 3, "ALL")]
    [InlineData("5", 2, "TWO")]
    [InlineData("5", 3, "QUORUM")]
    [InlineData("5", 4, null)]
    [InlineData("3,3", 4, "QUORUM")]
    [InlineData("9", 3, "THREE")]
    public void A_number_has_a_name_in_CQL_or_none(string replicas, int count, string? name)
    {
        var verdict = Verdict(new QuorumWords { Replicas = replicas, Read = $"{count}" });
        Assert.Equal(name, verdict.Question.Read.CqlLevel is { } level ? ConsistencyLevelNames.Format(level) : null);
    }

    /// <summary>Naming a number and reading the name give the number again.</summary>
    [Fact]
    public void Levels_and_numbers_lead_back_to_each_other()
    {
        for (var replicas = 1; replicas <= 9; replicas++)
        {
            for (var count = 1; count <= replicas; count++)
            {
                var side = Verdict(new QuorumWords { Replicas = $"{replicas}", Read = $"{count}", Write = "1" }).Question.Read;
                if (side.CqlLevel is { } level)
                {
                    var named = Verdict(new QuorumWords { Replicas = $"{replicas}", Read = ConsistencyLevelNames.Format(level), Write = "1" }).Question.Read;
                    Assert.Equal(side.Quorum.Requirement, named.Quorum.Requirement);
                    Assert.Equal(level, named.CqlLevel);
                }
            }
        }
    }

    [Theory]
    [InlineData("3", "2", "2", "R + W = 2 + 2 = 4 is more than N = 3: the 2 replicas that answer a read and the 2 replicas that took the latest write have at least 1 in common, whichever they are.")]
    [InlineData("3", "1", "2", "R + W = 1 + 2 = 3 is not more than N = 3: a read may be answered by 1 replica that the latest write has not reached yet.")]
    [InlineData("3,3", "LOCAL_QUORUM", "LOCAL_QUORUM", "A read is answered by 2 of the 3 in dc1, and the latest write was taken by 2 of the 3 in dc1: they have at least 1 in common, whichever they are. A read from another data centre than the write's may miss it.")]
    public void The_reason_is_a_sentence(string replicas, string read, string write, string sentence) =>
        Assert.Equal(sentence, QuorumSentences.Why(Verdict(new QuorumWords { Replicas = replicas, Read = read, Write = write })));

    [Fact]
    public void Sets_are_described_in_words()
    {
        var verdict = Verdict(new QuorumWords { Replicas = "3,2", Read = "EACH_QUORUM", Write = "2" });
        var layout = verdict.Question.Layout;
        Assert.Equal("any 2 of the 3 replicas in dc1, or any 1 of the 2 replicas in dc2", QuorumSentences.Describe(verdict.ReadsStop, layout));
        Assert.Equal("any 4 of the 5 replicas", QuorumSentences.Describe(verdict.WritesStop, layout));
    }

    [Fact]
    public void The_report_says_nines_and_minutes()
    {
        var report = QuorumReport.Of(Verdict(new QuorumWords()), null);

        // Two or three of three down, each with one chance in a hundred: 3 · 0.01² · 0.99 + 0.01³.
        Assert.Equal(0.000298, report.Reads.Unavailability, 1e-15);
        Assert.Equal(3.5258, report.Reads.Nines!.Value, 1e-4);
        Assert.Equal(13.0611, report.Reads.MinutesDownAMonth, 1e-4);
        Assert.Equal(["1", "2"], report.Failures.ReadsStop.Sets[0]);
        Assert.Equal(3, report.Failures.ReadsStop.SetCount);
    }

    private static QuorumVerdict Verdict(QuorumWords words)
    {
        Assert.True(QuorumQuestion.TryParse(words, out var question, out var problems), string.Join('\n', problems));
        return new QuorumVerdict(question!);
    }
}
