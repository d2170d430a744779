using System.IO.Pipelines;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Tests.Transport;

public sealed class HandshakeTests
{
    private static readonly ClusterId One = new(Guid.Parse("11111111-2222-4333-8444-555555555555"));
    private static readonly ClusterId Two = new(Guid.Parse("22222222-2222-4333-8444-555555555555"));
    private static readonly NodeId Here = new(Guid.Parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"));
    private static readonly NodeId There = new(Guid.Parse("00112233-4455-4677-8899-aabbccddeeff"));

    [Fact]
    public void A_handshake_has_the_bytes_of_the_format()
    {
        var bytes = new byte[Handshake.EncodedBytes];
        Of(There, One).Encode(bytes);

        Assert.Equal(
            "434F54455249450A" + "003E" + "0001" + "0001" + "01" + "00"
            + "11111111222243338444555555555555" + "00112233445546778899AABBCCDDEEFF"
            + "0000000000000005" + "00000000000F4240" + "0000002A" + "E5A91352",
            Convert.ToHexString(bytes));
        Assert.Equal(Of(There, One), Handshake.Decode(bytes));
    }

    public static TheoryData<ClusterId, ClusterId, bool> Clusters => new()
    {
        { One, One, true },
        { One, Two, false },
        { One, ClusterId.None, true },
        { ClusterId.None, One, true },
        { ClusterId.None, ClusterId.None, true },
    };

    [Theory]
    [MemberData(nameof(Clusters))]
    public void Nodes_of_two_clusters_do_not_talk_but_one_without_a_cluster_talks_to_all(ClusterId ours, ClusterId theirs, bool talks) =>
        Assert.Equal(talks ? HandshakeRefusal.None : HandshakeRefusal.WrongCluster, Handshake.Judge(Of(Here, ours), Of(There, theirs), null, null));

    [Fact]
    public void A_node_does_not_talk_to_itself() =>
        Assert.Equal(HandshakeRefusal.OwnNode, Handshake.Judge(Of(Here, One), Of(Here, One), null, null));

    [Fact]
    public void Another_node_behind_the_address_is_refused()
    {
        Assert.Equal(HandshakeRefusal.UnexpectedNode, Handshake.Judge(Of(Here, One), Of(There, One), new NodeId(Guid.Empty), null));
        Assert.Equal(HandshakeRefusal.None, Handshake.Judge(Of(Here, One), Of(There, One), There, null));
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 9, true)]
    [InlineData(2, 9, false)]
    [InlineData(0, 0, false)]
    public void Versions_must_overlap(ushort from, ushort to, bool talks)
    {
        var theirs = Of(There, One) with { VersionMin = from, VersionMax = to };
        Assert.Equal(talks ? HandshakeRefusal.None : HandshakeRefusal.Version, Handshake.Judge(Of(Here, One), theirs, null, null));
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(-59, true)]
    [InlineData(61, false)]
    [InlineData(-61, false)]
    public void A_clock_too_far_away_is_refused(int seconds, bool talks)
    {
        var theirs = Of(There, One) with { WallClock = 1_000_000 + (seconds * 1_000_000L) };
        Assert.Equal(TimeSpan.FromSeconds(seconds), Handshake.Skew(Of(Here, One), theirs));
        var expected = talks ? HandshakeRefusal.None : HandshakeRefusal.ClockSkew;
        Assert.Equal(expected, Handshake.Judge(Of(Here, One), theirs, null, TimeSpan.FromMinutes(1)));
        Assert.Equal(HandshakeRefusal.None, Handshake.Judge(Of(Here, One), theirs, null, null));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_forged_clock_is_only_very_far_away(long clock) =>
        Assert.True(Handshake.Skew(Of(Here, One), Of(There, One) with { WallClock = clock }).Duration() > TimeSpan.FromDays(36_000));

    [Fact]
    public async Task A_handshake_in_single_bytes_arrives_and_what_follows_it_stays()
    {
        var bytes = new byte[Handshake.EncodedBytes];
        Of(There, One).Encode(bytes);
        var pipe = new Pipe();
        var receiving = Handshake.ReceiveAsync(pipe.Reader, CancellationToken.None).AsTask();
        foreach (var one in bytes)
        {
            await pipe.Writer.WriteAsync(new[] { one });
        }

        await pipe.Writer.WriteAsync(new byte[] { 99 });
        Assert.Equal(Of(There, One), await receiving);
        Assert.Equal(99, (await pipe.Reader.ReadAsync()).Buffer.FirstSpan[0]);
    }

    [Fact]
    public async Task Every_flipped_bit_of_a_handshake_is_refused()
    {
        for (var bit = 0; bit < Handshake.EncodedBytes * 8; bit++)
        {
            var bytes = new byte[Handshake.EncodedBytes];
            Of(There, One).Encode(bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var pipe = new Pipe();
            await pipe.Writer.WriteAsync(bytes);
            await pipe.Writer.CompleteAsync();
            var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await Handshake.ReceiveAsync(pipe.Reader, CancellationToken.None));

            // A length that has become longer waits for bytes that never come.
            Assert.True(failure is MalformedDataException || (failure is IOException && bit / 8 is 8 or 9), $"bit {bit}: {failure}");
        }
    }

    private static Handshake Of(NodeId node, ClusterId cluster) =>
        new(1, 1, ConnectionClass.Requests, HandshakeRefusal.None, cluster, node, new Epoch(5), 1_000_000, 42);
}
