using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Tests.Golden;
using Coterie.Model.Time;

namespace Coterie.Model.Tests.Reads;

public sealed class ReadCodecTests
{
    private static readonly byte[] PartitionKey = "cart:7"u8.ToArray();
    private static readonly byte[] RowKey = [(byte)EntryKind.Row, 0x40, 0x80, 0x00, 0x00, 0x01];
    private static readonly Deletion SomeDeletion = new(new WriteTimestamp(1_790_000_000_000_000), new FormationTime(1_790_000_000_123));

    public static TheoryData<string> Commands => ["single", "resumed", "range"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_survives_the_way(string name)
    {
        var command = Command(name);
        var decoded = ReadCommand.Decode(Encode(command));
        Assert.Equal(Encode(command), Encode(decoded));
        Assert.Equal(command.Table, decoded.Table);
        Assert.Equal(command.NowSeconds, decoded.NowSeconds);
        Assert.Equal(command.PartitionKey?.ToArray(), decoded.PartitionKey?.ToArray());
        Assert.Equal(command.Token, decoded.Token);
        Assert.Equal(command.ResumeAfter?.EntryKey.ToArray(), decoded.ResumeAfter?.EntryKey.ToArray());
        Assert.Equal((command.Reversed, command.WithStatic, command.Limit, command.PartitionLimit),
            (decoded.Reversed, decoded.WithStatic, decoded.Limit, decoded.PartitionLimit));
        Assert.Equal(command.Slices.Select(s => Convert.ToHexString(s.Start.Span) + "-" + Convert.ToHexString(s.End.Span)),
            decoded.Slices.Select(s => Convert.ToHexString(s.Start.Span) + "-" + Convert.ToHexString(s.End.Span)));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Any_damage_to_a_command_is_malformed_and_nothing_else(string name) =>
        Damage(Encode(Command(name)), bytes => ReadCommand.Decode(bytes));

    [Fact]
    public void Any_damage_to_a_response_is_malformed_and_nothing_else() => Damage(Response(stopped: true), bytes => ReadResponse.Decode(bytes));

    [Fact]
    public void Commands_that_contradict_themselves_are_refused()
    {
        AssertRefused(new ReadCommand { Table = new StorageId(1), NowSeconds = 1, Token = new Token(5), EndToken = new Token(5), Slices = [], Limit = 1 });
        AssertRefused(new ReadCommand { Table = new StorageId(1), NowSeconds = 1, Token = new Token(5), EndToken = new Token(9), Slices = [], Limit = 1, Reversed = true });
        AssertRefused(Single([new RowSlice(RowKey, RowKey)]));
        AssertRefused(Single([new RowSlice(new byte[] { 0x30 }, RowKey)]));
        AssertRefused(Single([new RowSlice(RowKey, new byte[] { 0x41, 0 })]));
        AssertRefused(Single([RowSlice.All, new RowSlice(RowKey, new byte[] { 0x41 })]));
        AssertRefused(Single([RowSlice.All], new ResumePoint(new Token(1), PartitionKey, RowKey)));
        AssertRefused(Single([RowSlice.All], new ResumePoint(Partitioner.TokenOf(PartitionKey), "other"u8.ToArray(), RowKey)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_response_survives_the_way(bool stopped)
    {
        var response = ReadResponse.Decode(Response(stopped));
        Assert.Equal(2, response.Partitions.Count);
        var first = response.Partitions[0];
        Assert.Equal(PartitionKey, first.PartitionKey.ToArray());
        Assert.Equal(SomeDeletion, first.PartitionDeletion);
        Assert.Equal(SomeDeletion, Assert.Single(first.Ranges).Deletion);
        Assert.Equal(GoldenRow("insert"), first.Static.ToArray());
        Assert.Equal(2, first.Rows.Count);
        Assert.Equal(GoldenRow("collections"), first.Rows[1].Row.ToArray());
        Assert.True(first.Limited);
        Assert.Empty(response.Partitions[1].Rows);
        Assert.False(response.Partitions[1].Limited);
        Assert.Equal(stopped ? RowKey : null, response.StoppedAfter?.EntryKey.ToArray());
        WriteTimestamp[] all = [SomeDeletion.Timestamp, NewestTimestamp.Of(GoldenRow("insert")), NewestTimestamp.Of(GoldenRow("collections"))];
        Assert.Equal(all.Max(), response.Newest());
    }

    [Fact]
    public void Digests_tell_apart_what_stopped_from_what_did_not()
    {
        Assert.Equal(ReadDigest.HashOf(Response(stopped: true)), ReadDigest.HashOf(Response(stopped: true)));
        Assert.NotEqual(ReadDigest.HashOf(Response(stopped: true)), ReadDigest.HashOf(Response(stopped: false)));
    }

    [Fact]
    public void A_digest_survives_the_way_and_its_damage_is_malformed()
    {
        var destination = new ArrayBufferWriter<byte>();
        var digest = new ReadDigest(new UInt128(1, ulong.MaxValue), new WriteTimestamp(-5));
        digest.Encode(destination);
        Assert.Equal(digest, ReadDigest.Decode(destination.WrittenSpan));
        Assert.Throws<MalformedDataException>(() => ReadDigest.Decode(destination.WrittenSpan[1..].ToArray()));
        Assert.Throws<MalformedDataException>(() => ReadDigest.Decode([.. destination.WrittenSpan, 0]));
    }

    [Fact]
    public void The_latest_of_overlapping_ranges_shadows_a_row()
    {
        var index = new RangeDeletionIndex([Range(1, 9, 10), Range(2, 4, 30), Range(3, 6, 20), Range(12, 13, 5)]);
        long[] expected = [long.MinValue, 10, 30, 30, 20, 20, 10, 10, 10, long.MinValue, long.MinValue, long.MinValue, 5, long.MinValue];
        for (byte key = 0; key < expected.Length; key++)
        {
            Assert.Equal(expected[key], index.At([(byte)EntryKind.Row, key]).Timestamp.Microseconds);
        }
    }

    [Fact]
    public void The_bytes_are_what_they_were()
    {
        var digest = new ArrayBufferWriter<byte>();
        new ReadDigest(ReadDigest.HashOf(Response(stopped: true)), new WriteTimestamp(7)).Encode(digest);
        GoldenFile.Check("reads.txt",
        [
            "single " + Convert.ToHexString(Encode(Command("single"))),
            "resumed " + Convert.ToHexString(Encode(Command("resumed"))),
            "range " + Convert.ToHexString(Encode(Command("range"))),
            "response " + Convert.ToHexString(Response(stopped: false)),
            "stopped " + Convert.ToHexString(Response(stopped: true)),
            "digest " + Convert.ToHexString(digest.WrittenSpan),
        ]);
    }

    private static ReadCommand Command(string name) => name switch
    {
        "single" => Single([new RowSlice(RowKey, (byte[])[.. RowKey, 0])]),
        "resumed" => Single([RowSlice.All], new ResumePoint(Partitioner.TokenOf(PartitionKey), PartitionKey, RowKey)),
        _ => new ReadCommand
        {
            Table = new StorageId(42),
            NowSeconds = 1_790_000_000,
            Token = Token.Minimum,
            EndToken = new Token(long.MaxValue),
            Slices = [RowSlice.All],
            WithStatic = true,
            Limit = 5_000,
            PartitionLimit = 3,
        },
    };

    private static ReadCommand Single(RowSlice[] slices, ResumePoint? resume = null) => new()
    {
        Table = new StorageId(42),
        NowSeconds = 1_790_000_000,
        PartitionKey = PartitionKey,
        Token = Partitioner.TokenOf(PartitionKey),
        ResumeAfter = resume,
        Slices = slices,
        Reversed = resume is not null,
        Limit = 100,
    };

    private static RangeDeletion Range(byte start, byte end, long timestamp)
    {
        var destination = new ArrayBufferWriter<byte>();
        EntryKey.WriteRangeTombstone([(byte)EntryKind.Row, start], [(byte)EntryKind.Row, end], destination);
        return new RangeDeletion(destination.WrittenSpan.ToArray(), new Deletion(new WriteTimestamp(timestamp), default));
    }

    private static byte[] Response(bool stopped)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new ReadResponseWriter(destination);
        writer.BeginPartition(Partitioner.TokenOf(PartitionKey), PartitionKey, SomeDeletion);
        writer.Range(Range(1, 2, 0).EntryKey.Span, SomeDeletion);
        writer.Static(GoldenRow("insert"));
        writer.Row(RowKey, GoldenRow("insert"));
        writer.Row([.. RowKey, 1], GoldenRow("collections"));
        writer.EndPartition(limited: true);
        writer.BeginPartition(new Token(long.MaxValue), "x"u8, SomeDeletion);
        writer.EndPartition(limited: false);
        if (stopped)
        {
            writer.FinishStopped(Partitioner.TokenOf(PartitionKey), PartitionKey, RowKey);
        }
        else
        {
            writer.Finish();
        }

        return destination.WrittenSpan.ToArray();
    }

    private static byte[] GoldenRow(string name) => Convert.FromHexString(GoldenFile.Read("rows.txt").Single(line => line[0] == name)[1]);

    private static byte[] Encode(ReadCommand command)
    {
        var destination = new ArrayBufferWriter<byte>();
        command.Encode(destination);
        return destination.WrittenSpan.ToArray();
    }

    private static void AssertRefused(ReadCommand command) => Assert.Throws<MalformedDataException>(() => ReadCommand.Decode(Encode(command)));

    private static void Damage(byte[] bytes, Action<byte[]> decode)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => decode(bytes[..length]));
        }

        Assert.Throws<MalformedDataException>(() => decode([.. bytes, 0]));
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var flip = 1; flip < 256; flip++)
            {
                var changed = bytes.ToArray();
                changed[i] ^= (byte)flip;
                try
                {
                    decode(changed);
                }
                catch (MalformedDataException)
                {
                    // As it should be; any other exception fails the test.
                }
            }
        }
    }
}
