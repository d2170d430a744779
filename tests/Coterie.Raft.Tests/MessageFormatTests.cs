using System.Buffers;
using Coterie.Model;
using Coterie.Model.Wire;

namespace Coterie.Raft.Tests;

/// <summary>The bytes of messages, written out by hand from docs/formats.md: another version of the product must read them.</summary>
public sealed class MessageFormatTests
{
    private const string No = "0000000000000000";

    [Fact]
    public void Append() => Expect(
        "05 00 02 00" + "0000000000000007" + "0000000000000029" + "0000000000000006" + "0000000000000028" + No + No +
        "03" + "00 0000000000000006 00" + "01 0000000000000007 03 AABBCC" + "01 0000000000000007 01 00",
        new RaftMessage
        {
            Kind = RaftMessageKind.Append, From = 2, To = 0, Term = 7, Position = new LogPosition(41, 6), Commit = 40,
            Entries =
            [
                new RaftEntry(new LogPosition(42, 6), RaftEntryKind.Empty, default),
                new RaftEntry(new LogPosition(43, 7), RaftEntryKind.Command, new byte[] { 0xAA, 0xBB, 0xCC }),
                new RaftEntry(new LogPosition(44, 7), RaftEntryKind.Command, new byte[] { 0 }),
            ],
        });

    [Theory]
    [InlineData(RaftMessageKind.PreVote, "01")]
    [InlineData(RaftMessageKind.PreVoteReply, "02")]
    [InlineData(RaftMessageKind.Vote, "03")]
    [InlineData(RaftMessageKind.VoteReply, "04")]
    [InlineData(RaftMessageKind.Append, "05")]
    [InlineData(RaftMessageKind.AppendReply, "06")]
    [InlineData(RaftMessageKind.Heartbeat, "07")]
    [InlineData(RaftMessageKind.HeartbeatReply, "08")]
    [InlineData(RaftMessageKind.TimeoutNow, "0A")]
    public void Kinds_have_their_numbers(RaftMessageKind kind, string number) =>
        Expect(number + "00 00 01" + "0000000000000001" + No + No + No + No + No + "00", new RaftMessage { Kind = kind, From = 0, To = 1, Term = 1 });

    [Fact]
    public void A_state_says_who_is_in_the_group() =>
        Expect(
            "09 00 00 01" + "0000000000000001" + No + No + No + No + No + "00" + "10" + "0000000000000007" + "0000000000000028",
            new RaftMessage { Kind = RaftMessageKind.Snapshot, From = 0, To = 1, Term = 1, Membership = Membership.Of(3).With(5, MemberRole.Learner).With(3, MemberRole.Learner) });

    [Fact]
    public void A_change_of_the_members_is_an_entry() =>
        Expect(
            "05 00 00 01" + "0000000000000001" + No + No + No + No + No + "01" + "02" + "0000000000000001" + "10" + "0000000000000006" + "0000000000000000",
            new RaftMessage
            {
                Kind = RaftMessageKind.Append,
                From = 0,
                To = 1,
                Term = 1,
                Entries = [new RaftEntry(new LogPosition(1, 1), RaftEntryKind.Membership, Membership.Of(3).With(0, MemberRole.None).Encode())],
            });

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000007 00000000000000")]
    [InlineData("0000000000000000 0000000000000001")]
    [InlineData("0000000000000003 0000000000000002")]
    public void What_is_no_membership_is_malformed(string bytes) =>
        Assert.Throws<MalformedDataException>(() => Membership.Decode(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void Flags_have_their_bits()
    {
        var message = new RaftMessage { Kind = RaftMessageKind.AppendReply, From = 1, To = 2, Term = 258, Position = new LogPosition(5, 4), Refused = 9, Round = 3 };
        const string rest = "01 02" + "0000000000000102" + "0000000000000005" + "0000000000000004" + No + "0000000000000009" + "0000000000000003" + "00";
        Expect("06 00" + rest, message);
        Expect("06 01" + rest, message with { IsRejected = true });
        Expect("06 02" + rest, message with { IsTransfer = true });
        Expect("06 04" + rest, message with { IsPassive = true });
        Expect("06 07" + rest, message with { IsRejected = true, IsTransfer = true, IsPassive = true });
    }

    [Fact]
    public void Every_truncation_and_every_byte_more_is_malformed_and_nothing_else()
    {
        var entry = new RaftEntry(new LogPosition(42, 7), RaftEntryKind.Command, new byte[] { 1, 2 });
        var bytes = Bytes(new RaftMessage { Kind = RaftMessageKind.Append, From = 1, To = 0, Term = 7, Position = new LogPosition(41, 6), Entries = [entry] });
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => Read(bytes[..length]));
        }

        Assert.Throws<MalformedDataException>(() => Read([.. bytes, 0]));
    }

    private static void Expect(string hexadecimal, RaftMessage message)
    {
        Assert.Equal(hexadecimal.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Bytes(message)));
        Assert.Equal(hexadecimal.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Bytes(Read(Bytes(message)))));
    }

    private static byte[] Bytes(RaftMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        RaftMessageCodec.Write(message, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static RaftMessage Read(byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        var message = RaftMessageCodec.Read(ref reader, 3);
        reader.ExpectEnd("a message");
        return message;
    }
}
