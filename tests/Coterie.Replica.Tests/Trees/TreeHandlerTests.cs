using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using static Coterie.Replica.Tests.Trees.TreeFixture;

namespace Coterie.Replica.Tests.Trees;

public sealed class TreeHandlerTests : IAsyncDisposable
{
    private readonly TreeFixture _replica = new();

    public static TheoryData<Verb> Verbs => [Verb.TreeHash, Verb.TreeSplit, Verb.RowDigests, Verb.RowDifference, Verb.RowFetch, Verb.RowScan];

    public ValueTask DisposeAsync() => _replica.DisposeAsync();

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_request_of_any_other_length_is_refused_and_counted(Verb verb)
    {
        var whole = Whole(verb);
        Assert.Equal(ReplyStatus.Ok, _replica.Ask(verb, whole).Status);
        for (var length = sizeof(uint); length < whole.Length; length++)
        {
            Assert.Equal(ReplyStatus.Failed, _replica.Ask(verb, whole[..length]).Status);
        }

        Assert.Equal(ReplyStatus.Failed, _replica.Ask(verb, [.. whole, 0]).Status);
        Assert.Equal(whole.Length - sizeof(uint) + 1, _replica.Counters.Malformed);
        Assert.Equal(ReplyStatus.Stale, _replica.Ask(verb, whole[..3]).Status);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_table_that_is_gone_is_said_to_be(Verb verb)
    {
        _replica.Truncate();
        Assert.Equal(ReplyStatus.Stale, _replica.Ask(verb, Whole(verb)).Status);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_request_that_nobody_waits_for_is_not_worked_on(Verb verb)
    {
        _replica.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReplyStatus.Overloaded, _replica.Ask(verb, Whole(verb), _replica.Time.GetTimestamp() - 1).Status);
    }

    [Fact]
    public void Ranges_of_another_table_or_of_no_table_are_refused()
    {
        var other = KeyRange.OfTokens(new StorageId(8), Token.Minimum, new Token(long.MaxValue));
        var ranges = new[] { other, new KeyRange(TreeFixture.Whole.Lower, other.Upper), new KeyRange(TreeFixture.Whole.Upper, TreeFixture.Whole.Lower), new KeyRange([], []) };
        foreach (var range in ranges)
        {
            Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.TreeHash, TreeRanges.Request(Head, [range])).Status);
            Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.TreeSplit, RangeBody(range)).Status);
            Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.RowDigests, RangeBody(range)).Status);
            Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.RowScan, RangeBody(range)).Status);
        }

        Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.RowFetch, RowKeys.Request(Head, [Key(1, table: 8)])).Status);
    }

    [Theory]
    [InlineData(Verb.TreeHash)]
    [InlineData(Verb.RowFetch)]
    [InlineData(Verb.RowDifference)]
    public void Counts_beyond_any_request_are_refused_before_they_are_believed(Verb verb)
    {
        foreach (var count in new[] { 0xFFFF_FFFF, 100_000u })
        {
            var body = Body(writer =>
            {
                Head.Write(writer);
                if (verb == Verb.RowDifference)
                {
                    TreeFixture.Whole.Write(writer);
                }

                writer.WriteVariable(count);
            });
            Assert.Equal(ReplyStatus.Failed, _replica.Ask(verb, body).Status);
        }
    }

    [Fact]
    public void Of_rows_written_a_moment_ago_it_is_said_that_they_were()
    {
        _replica.Write(Enumerable.Range(0, 10));
        _replica.Settle();
        var before = _replica.Hash();
        _replica.WriteNow(Enumerable.Range(100, 5));

        var recent = _replica.Hash();
        Assert.Equal((15, false, true), (recent.Count, before.HasRecent, recent.HasRecent));
        _replica.Settle();
        Assert.Equal(recent with { HasRecent = false }, _replica.Hash());
    }

    [Fact]
    public void Hashes_of_parts_add_up_to_that_of_the_whole()
    {
        _replica.Write(Enumerable.Range(0, 1_000));
        _replica.Settle();
        UInt128 sum = 0;
        var count = 0L;
        foreach (var part in KeyRange.Between([TreeFixture.Whole.Lower, Key(1), TreeFixture.Whole.Upper]))
        {
            sum += _replica.Hash(part).Hash;
            count += _replica.Hash(part).Count;
        }

        Assert.Equal(_replica.Hash(), new RangeHash(true, sum, count, false));
    }

    [Fact]
    public async Task A_leaf_of_unknown_size_is_not_read_to_its_end_for_one_answer()
    {
        _replica.Write(Enumerable.Range(0, 30_000));
        await using var again = new TreeFixture(_replica.Disk);

        Assert.False(again.Hash().IsKnown);
        Assert.InRange(again.Counters.RowsRead, 0, 10_000);
    }

    [Fact]
    public void Rows_of_a_range_with_too_many_are_cut_and_the_parts_are_whole()
    {
        _replica.Write(Enumerable.Range(0, 30_000));
        var rows = 0;
        var ranges = new Stack<KeyRange>([TreeFixture.Whole]);
        while (ranges.TryPop(out var range))
        {
            var reader = new ByteReader(_replica.Ask(Verb.RowDigests, RangeBody(range)).Body);
            var summaries = RowSummaries.Read(ref reader, range);
            Assert.InRange(summaries.Rows.Count, 0, Limits.TreeRowsMax);
            rows += summaries.Rows.Count;
            if (summaries.CutAt is { } cut)
            {
                Assert.Empty(summaries.Rows);
                ranges.Push(new KeyRange(range.Lower, cut));
                ranges.Push(new KeyRange(cut, range.Upper));
            }
        }

        Assert.Equal(30_000, rows);
    }

    [Fact]
    public void Damaged_data_fails_the_answer_and_is_counted()
    {
        _replica.Write([1]);
        _replica.Settle();
        _replica.Disk.IsDamaged = static (_, _) => true;
        Assert.Equal(ReplyStatus.Failed, _replica.Ask(Verb.RowDigests, RangeBody(TreeFixture.Whole)).Status);
        Assert.Equal(1, _replica.Counters.Corrupt);
    }

    private static byte[] Whole(Verb verb) => verb switch
    {
        Verb.TreeHash => TreeRanges.Request(Head, [TreeFixture.Whole]),
        Verb.RowDifference => RowDifference.Request(Head, TreeFixture.Whole, [new RowSummary(Key(1), 1, 1, false, false)]),
        Verb.RowFetch => RowKeys.Request(Head, [Key(1), Key(2)]),
        _ => RangeBody(TreeFixture.Whole),
    };
}
