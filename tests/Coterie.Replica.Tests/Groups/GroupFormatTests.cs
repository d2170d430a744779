using System.Collections.Frozen;
using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Raft;
using Coterie.Replica.Groups;
using Coterie.Replica.Groups.Restore;
using Coterie.Storage;

namespace Coterie.Replica.Tests.Groups;

/// <summary>The bytes of a group on the disk and between nodes, written out by hand from docs/formats.md.</summary>
public sealed class GroupFormatTests
{
    private const string Group = "0123456789ABCDEF";
    private readonly GroupStore _store = new(new GroupId(0x0123456789ABCDEF));

    [Fact]
    public void State_is_term_and_vote() => Expect(
        batch => _store.Append(batch, new RaftWrite(new HardState(258, 2), [])),
        Group + "00 = 0000000000000102 02");

    [Fact]
    public void A_vote_for_nobody() => Expect(
        batch => _store.Append(batch, new RaftWrite(new HardState(258, HardState.Nobody), [])),
        Group + "00 = 0000000000000102 FF");

    [Fact]
    public void An_entry_is_term_kind_and_payload_under_its_index() => Expect(
        batch => _store.Append(batch, new RaftWrite(null, [Entry(5, 3, RaftEntryKind.Empty), Entry(6, 3, RaftEntryKind.Command, 0xAB, 0xCD)])),
        Group + "02 0000000000000005 = 0000000000000003 00",
        Group + "02 0000000000000006 = 0000000000000003 01 ABCD");

    [Fact]
    public void The_base_is_index_term_and_stamp() => Expect(
        batch => _store.Shorten(batch, new LogPosition(5, 3), 70), Group + "01 = 0000000000000005 0000000000000003 0000000000000046");

    [Fact]
    public void A_fetch_that_was_begun_says_nothing_more() => Expect(_store.BeginFetch, Group + "04 =");

    [Fact]
    public void What_is_applied_is_index_and_stamp() => Expect(
        batch => _store.MarkApplied(batch, 5, 70), Group + "05 = 0000000000000005 0000000000000046");

    [Fact]
    public void A_member_that_counts_says_since_when() => Expect(
        batch => _store.EndPassive(batch, new HardState(3, 1), 9), Group + "00 = 0000000000000003 01", Group + "03 = 0000000000000009");

    [Fact]
    public void A_command_is_a_stamp_and_a_mutation_with_that_time()
    {
        var command = GroupCommand.Encode(ReplicaFixture.Mutation("key", (TestData.RowKey(1), TestData.Value(40, "v"))), 70, FrozenSet<ColumnId>.Empty);
        var mutation = ReplicaFixture.Mutation("key", (TestData.RowKey(1), TestData.Value(70, "v")));
        Assert.Equal("0000000000000046" + Convert.ToHexString(mutation), Convert.ToHexString(command));
        GroupCommand.Validate(command);
        Assert.Equal(70, GroupCommand.StampOf(command));
    }

    [Fact]
    public void A_request_for_rows_is_group_index_and_key()
    {
        const string bytes = Group + "0000000000000007" + "02ABCD";
        var request = new RowsRequest(new GroupId(0x0123456789ABCDEF), 7, [0xAB, 0xCD]);
        Assert.Equal(bytes, Convert.ToHexString(request.ToBytes()));
        Assert.Equal(bytes, Convert.ToHexString(RowsRequest.Read(request.ToBytes()).ToBytes()));
    }

    [Fact]
    public void What_a_member_says_of_its_term()
    {
        Assert.Equal("0000000000000007" + "0000000000000009", Convert.ToHexString(new TermReply(7, 9).ToBytes()));
        Assert.Equal("0000000000000007" + "FFFFFFFFFFFFFFFF", Convert.ToHexString(new TermReply(7, TermReply.NotLeading).ToBytes()));
        Assert.Equal(new TermReply(7, 9), TermReply.Read(new TermReply(7, 9).ToBytes()));
    }

    [Theory]
    [InlineData(LeaderVerdict.Done, "00")]
    [InlineData(LeaderVerdict.NotLeader, "01")]
    [InlineData(LeaderVerdict.Busy, "02")]
    [InlineData(LeaderVerdict.Displaced, "03")]
    [InlineData(LeaderVerdict.Stale, "04")]
    public void Verdicts_have_their_numbers_and_the_leader_follows_if_it_is_known(LeaderVerdict verdict, string number)
    {
        Assert.Equal(number, Convert.ToHexString(new LeaderReply(verdict).ToBytes()));
        var reply = new LeaderReply(verdict, new NodeId(Guid.Parse("01234567-89AB-CDEF-0123-456789ABCDEF")));
        Assert.Equal(number + "0123456789ABCDEF0123456789ABCDEF", Convert.ToHexString(reply.ToBytes()));
        Assert.Equal(reply, LeaderReply.Read(reply.ToBytes()));
    }

    [Fact]
    public void A_frame_has_each_message_behind_its_group_and_its_length()
    {
        var sent = new List<string>();
        var messenger = new ScriptedMessenger((_, verb, body) =>
        {
            Assert.Equal(Verb.Raft, verb);
            sent.Add(Convert.ToHexString(body));
            return (ReplyStatus.Ok, []);
        });
        var mail = new PeerMail(messenger, TimeSpan.FromSeconds(1));
        var message = new RaftMessage { Kind = RaftMessageKind.Heartbeat, From = 0, To = 1, Term = 1 };
        mail.Add(new NodeId(Guid.Empty), new GroupId(0x0123456789ABCDEF), message);
        mail.Add(new NodeId(Guid.Empty), new GroupId(5), message with { To = 2 });
        mail.Flush();
        var first = Bytes(message);
        var second = Bytes(message with { To = 2 });
        Assert.Equal([Group + "35" + first + "0000000000000005" + "35" + second], sent);
    }

    private static string Bytes(RaftMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        RaftMessageCodec.Write(message, bytes);
        Assert.Equal(0x35, bytes.WrittenCount);
        return Convert.ToHexString(bytes.WrittenSpan);
    }

    private static RaftEntry Entry(long index, long term, RaftEntryKind kind, params byte[] payload) => new(new LogPosition(index, term), kind, payload);

    private static void Expect(Action<StorageBatch> append, params string[] records)
    {
        var batch = new StorageBatch();
        append(batch);
        var written = new List<string>();
        foreach (var item in batch)
        {
            Assert.Equal(StorageArea.Raft, item.Area);
            if (item.Operation == BatchOperation.Put)
            {
                written.Add($"{Convert.ToHexString(item.Key)}={Convert.ToHexString(item.Value)}");
            }
        }

        Assert.Equal(records.Select(static record => record.Replace(" ", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }
}
