using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Replica.Groups;
using Coterie.Replica.Groups.Restore;

namespace Coterie.Replica.Tests.Groups;

/// <summary>Rows of a group on their way from one member to another: pages that are cut short, changed or not answered, and an attempt that ends in the middle.</summary>
public sealed class RowsFetchTests
{
    private readonly TestGroup _group = new(3);

    [Fact]
    public async Task All_pages_are_taken_each_before_the_next_is_asked_for()
    {
        var pages = new Queue<byte[]>([Page(50, Key("b"), "a"), Page(70, [], "b", "c")]);
        var asked = new List<RowsRequest>();
        var stamp = await FetchAsync((_, verb, body) =>
        {
            Assert.Equal(Verb.GroupRows, verb);
            asked.Add(RowsRequest.Read(body));
            Assert.Equal(asked.Count - 1, _group[0].Rows);
            return (ReplyStatus.Ok, pages.Dequeue());
        });
        Assert.Equal(70, stamp);
        Assert.Equal(3, _group[0].Rows);
        Assert.All(asked, request => Assert.Equal((_group.Group.Id, 9), (request.Group, request.Least)));
        Assert.Equal([[], Key("b")], asked.Select(static request => request.From));
    }

    [Fact]
    public async Task A_page_that_is_cut_short_anywhere_is_refused_whole()
    {
        var page = Page(50, [], "a", "b", "c");
        for (var length = 0; length < page.Length; length++)
        {
            Assert.Null(await FetchAsync((_, _, _) => (ReplyStatus.Ok, page[..length])));
            Assert.Equal(0, _group[0].Rows);
        }
    }

    [Fact]
    public async Task A_page_with_a_changed_byte_is_refused_or_says_what_a_page_may_say_and_nothing_else()
    {
        var page = Page(50, [], "a", "b");
        var refused = 0;
        for (var at = 0; at < page.Length; at++)
        {
            byte[] changed = [.. page];
            changed[at] ^= 0x21;
            refused += await FetchAsync((_, _, _) => (ReplyStatus.Ok, changed)) is null ? 1 : 0;
        }

        Assert.True(refused > page.Length / 2, $"{refused} of {page.Length}");
    }

    [Theory]
    [InlineData(ReplyStatus.Unreachable)]
    [InlineData(ReplyStatus.Stale)]
    [InlineData(ReplyStatus.Timeout)]
    public async Task An_attempt_whose_source_is_gone_in_the_middle_comes_to_nothing(ReplyStatus end)
    {
        var pages = 0;
        Assert.Null(await FetchAsync((_, _, _) => pages++ == 0 ? (ReplyStatus.Ok, Page(50, Key("b"), "a")) : (end, [])));

        // The rows that came stay, and that others are missing is on the disk: a restart begins anew.
        Assert.Equal(1, _group[0].Rows);
        Assert.True(new GroupStore(_group.Group.Id).Load(_group[0].Restarted().Engine, 3, 0).IsFetching);
    }

    [Fact]
    public async Task A_page_that_does_not_lead_on_is_refused()
    {
        var pages = 0;
        Assert.Null(await FetchAsync((_, _, _) => (ReplyStatus.Ok, Page(50, Key("b"), ++pages == 1 ? "a" : "c"))));
        Assert.Equal(2, pages);
    }

    [Fact]
    public async Task A_row_of_a_table_that_is_not_known_here_is_refused()
    {
        _group[0].Current = _group.Formed;
        Assert.Null(await FetchAsync((_, _, _) => (ReplyStatus.Ok, Page(50, [], "a"))));
        Assert.Equal(0, _group[0].Rows);
    }

    private async Task<long?> FetchAsync(Func<NodeId, Verb, byte[], (ReplyStatus Status, byte[] Body)> source)
    {
        var parts = _group[0].Parts(new ScriptedMessenger(source)) with { Writer = new WriterAtOnce(_group[0].Engine) };
        var removal = RestoreWrite.Removal(new GroupStore(_group.Group.Id), parts.GroupTables.RangesOf(_group.Group.Id));
        Assert.True(parts.Writer.TryEnqueue(removal));
        return await new RowsFetch(parts, _group.Group.Id, _group[1].Self, 9).RunAsync(removal, TestContext.Current.CancellationToken);
    }

    private static byte[] Page(long stamp, byte[] next, params string[] keys)
    {
        var rows = new ArrayBufferWriter<byte>();
        foreach (var key in keys)
        {
            EntryList.Add(Key(key), TestData.Value(5, key), rows);
        }

        var page = new ArrayBufferWriter<byte>();
        page.WriteInt64(stamp);
        page.WriteBlock(next);
        page.WriteBlock(rows.WrittenSpan);
        return page.WrittenSpan.ToArray();
    }

    private static byte[] Key(string partition)
    {
        var key = new ArrayBufferWriter<byte>();
        var partitionKey = ReplicaFixture.Key(partition);
        DataKey.WritePartition(ReplicaFixture.Table, Partitioner.TokenOf(partitionKey), partitionKey, key);
        key.Write(TestData.RowKey(1));
        return key.WrittenSpan.ToArray();
    }
}
