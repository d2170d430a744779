using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Quorum;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;

namespace Coterie.Server.Tests.Protocol;

public sealed class BodyReaderTests
{
    private delegate void Read(ref BodyReader reader);

    [Fact]
    public void What_ends_too_early_is_malformed()
    {
        Refuses("00", (ref r) => r.ReadShort());
        Refuses("000000", (ref r) => r.ReadInt());
        Refuses("00000000000000", (ref r) => r.ReadLong());
        Refuses("0003 6162", (ref r) => r.ReadString());
        Refuses("00000003 6162", (ref r) => r.ReadBytes());
        Refuses("0003 6162", (ref r) => r.ReadShortBytes());
        Refuses("7FFFFFFF 00", (ref r) => r.ReadBytes());
        Refuses("7FFFFFFF 00", (ref r) => r.ReadValue(out _));
        Refuses("", (ref r) => r.ReadByte());
    }

    [Fact]
    public void Bytes_of_a_negative_length_are_null_and_of_none_are_empty()
    {
        var reader = new BodyReader(Convert.FromHexString("FFFFFFFF00000000"));
        Assert.Null(reader.ReadBytes());
        Assert.NotNull(reader.ReadBytes());
    }

    [Fact]
    public void Counts_that_cannot_be_are_malformed_before_anything_is_reserved()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refuses("FFFF 0000", (ref r) => r.ReadCount(bytesEach: 4));
        Refuses("FFFF 00000000", (ref r) => StartupMessage.Read(ref r));
        Refuses("FFFF 0000", (ref r) => RegisterMessage.Read(ref r));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * 1024);
    }

    [Fact]
    public void Texts_are_bounded_and_must_be_UTF8()
    {
        Assert.Throws<OverLimitException>(() => new BodyReader(Convert.FromHexString("000000056162636465")).ReadLongString(4));
        Refuses("FFFFFFFF", (ref r) => r.ReadLongString(4));
        Refuses("0002 C328", (ref r) => r.ReadString());
    }

    [Fact]
    public void A_value_may_be_null_or_not_set_and_nothing_below()
    {
        var reader = new BodyReader(Convert.FromHexString("FFFFFFFFFFFFFFFE00000000"));
        Assert.Equal(-1, reader.ReadValue(out _));
        Assert.Equal(-2, reader.ReadValue(out _));
        Assert.Equal(0, reader.ReadValue(out var empty));
        Assert.Equal(0, empty.Length);
        Refuses("FFFFFFFD", (ref r) => r.ReadValue(out _));
    }

    [Fact]
    public void Every_prefix_of_a_message_is_malformed_and_nothing_else()
    {
        var query = TestClient.Body(w => TestClient.WriteParameters(
            w, ConsistencyLevel.Quorum, [TestClient.Int(1), null], pageSize: 100, state: [1, 2, 3], timestamp: 5));
        for (var length = 0; length < query.Length; length++)
        {
            var prefix = query[..length];
            Assert.Throws<MalformedDataException>(() =>
            {
                var reader = new BodyReader(prefix);
                new QueryParameters().Read(ref reader, new BoundValues());
            });
        }
    }

    [Fact]
    public void Parameters_are_read_as_they_were_written()
    {
        var values = new BoundValues();
        var parameters = new QueryParameters();
        var reader = new BodyReader(TestClient.Body(w => TestClient.WriteParameters(
            w, ConsistencyLevel.LocalQuorum, [TestClient.Int(1), null], pageSize: 100, state: [1, 2, 3], skipsMetadata: true, timestamp: 5)));

        parameters.Read(ref reader, values);

        Assert.Equal(0, reader.Remaining);
        Assert.Equal((ConsistencyLevel.LocalQuorum, 100, 5L, true), (parameters.Consistency, parameters.PageSize, parameters.DefaultTimestamp, parameters.SkipMetadata));
        Assert.Equal([1, 2, 3], parameters.PagingState!.Value.ToArray());
        Assert.Equal((2, ValueState.Set, ValueState.Null), (values.Count, values.State(0), values.State(1)));
    }

    [Theory]
    [InlineData("000B 00")] // a level that does not exist
    [InlineData("0001 10 0004")] // QUORUM is not serial
    [InlineData("0001 20 8000000000000000")] // the one timestamp that stands for none
    public void Nonsense_in_parameters_is_malformed(string hex) => Refuses(hex, (ref r) => new QueryParameters().Read(ref r, new BoundValues()));

    [Theory]
    [InlineData("00000003", 3)]
    [InlineData("33", 3)]
    [InlineData("3130", 10)]
    public void The_required_count_is_four_bytes_or_digits(string hex, int required)
    {
        var reader = new BodyReader(Payload("coterie.required", Convert.FromHexString(hex)));
        Assert.Equal(new PayloadRequest(required, false), PayloadRequest.Read(ref reader));
    }

    [Theory]
    [InlineData("30")]
    [InlineData("2D31")]
    [InlineData("00000000")]
    [InlineData("00000065")]
    [InlineData("")]
    [InlineData("3939393939393939393939")]
    public void A_required_count_that_cannot_be_is_an_invalid_request_and_no_breach_of_the_protocol(string hex)
    {
        var refused = Assert.Throws<ClientErrorException>(() =>
        {
            var reader = new BodyReader(Payload("coterie.required", Convert.FromHexString(hex)));
            PayloadRequest.Read(ref reader);
        });
        Assert.Equal(ErrorCode.Invalid, refused.Code);
    }

    [Fact]
    public void Other_keys_of_a_payload_are_ignored()
    {
        var reader = new BodyReader(Payload("somebody.elses", [1]));
        Assert.Equal(default, PayloadRequest.Read(ref reader));
        reader = new BodyReader(Payload("coterie.vote", []));
        Assert.Equal(new PayloadRequest(0, true), PayloadRequest.Read(ref reader));
    }

    private static byte[] Payload(string key, byte[] value) => TestClient.Body(w =>
    {
        w.WriteShort(1);
        w.WriteString(key);
        w.WriteBytes(value);
    });

    private static void Refuses(string hex, Read read)
    {
        var body = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Throws<MalformedDataException>(() =>
        {
            var reader = new BodyReader(body);
            read(ref reader);
        });
    }
}
