using System.Buffers;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Model.Tests.Golden;

namespace Coterie.Model.Tests.Groups;

/// <summary>What is said between coordinators and members of groups, byte by byte.</summary>
public sealed class LeaderFormatTests
{
    private static readonly byte[] Rows = [1, 0, 0];

    private static readonly ReadCommand Read = new()
    {
        Table = new StorageId(7),
        NowSeconds = 1_000_000,
        PartitionKey = "key"u8.ToArray(),
        Token = new Token(42),
        Slices = [new RowSlice(new byte[] { 0x40, 1 }, new byte[] { 0x40, 1, 0 })],
        Limit = int.MaxValue,
    };

    [Fact]
    public void Formats_are_as_they_were_written_down() => GoldenFile.Check("leaders.txt",
    [
        .. Enum.GetValues<LeaderVerdict>().Where(static verdict => verdict != LeaderVerdict.Unequal).Select(static verdict => $"reply-{verdict} {Hex(new LeaderReply(verdict).ToBytes())}"),
        $"reply-named {Hex(new LeaderReply(LeaderVerdict.NotLeader, new NodeId(new Guid(1, 2, 3, new byte[8]))).ToBytes())}",
        $"reply-rows {Hex(new LeaderReply(LeaderVerdict.Unequal, Rows: Rows).ToBytes())}",
        $"progress {Hex(new GroupProgress(3, true, 100, 98).ToBytes())}",
        $"compare-and-set {Hex(Encoded())}",
        $"hash-of-nothing {CompareAndSet.HashOfNothing:X32}",
    ]);

    [Fact]
    public void What_was_written_is_read()
    {
        foreach (var reply in (LeaderReply[])[new(LeaderVerdict.Done), new(LeaderVerdict.NotLeader, new NodeId(new Guid(1, 2, 3, new byte[8])))])
        {
            Assert.Equal(reply, LeaderReply.Read(reply.ToBytes()));
        }

        var unequal = LeaderReply.Read(new LeaderReply(LeaderVerdict.Unequal, Rows: Rows).ToBytes());
        Assert.Equal((LeaderVerdict.Unequal, null), (unequal.Verdict, unequal.Leader));
        Assert.Equal(Rows, unequal.Rows.ToArray());

        Assert.Equal(new GroupProgress(3, false, 100, 98), GroupProgress.Read(new GroupProgress(3, false, 100, 98).ToBytes()));

        var request = new CompareAndSet.Parts(Encoded());
        Assert.Equal(UInt128.MaxValue, request.Expected);
        Assert.Equal(Read.Token, ReadCommand.Decode(request.Read).Token);
        Assert.Equal([9, 9], request.Mutation.ToArray());
    }

    [Fact]
    public void What_is_cut_short_or_of_another_format_is_refused()
    {
        var request = Encoded();
        for (var length = 0; length < request.Length - 2; length++)
        {
            var cut = request[..length];
            Assert.Throws<MalformedDataException>(() => _ = new CompareAndSet.Parts(cut));
        }

        Assert.Throws<MalformedDataException>(() => _ = new CompareAndSet.Parts([2, .. request.AsSpan(1)]));
        Assert.Throws<MalformedDataException>(static () => LeaderReply.Read(new byte[] { 7 }));
        Assert.Throws<MalformedDataException>(static () => LeaderReply.Read(new byte[] { 1, 2, 3 }));
        Assert.Throws<MalformedDataException>(static () => LeaderReply.Read(default));
        Assert.Throws<MalformedDataException>(static () => GroupProgress.Read(new GroupProgress(3, true, 100, 98).ToBytes().AsSpan(1)));
    }

    private static byte[] Encoded()
    {
        var bytes = new ArrayBufferWriter<byte>();
        CompareAndSet.Encode(Read, UInt128.MaxValue, [9, 9], bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}
