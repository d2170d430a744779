using System.Net;
using Coterie.Coordinator;
using Coterie.Cql.Plans;
using Coterie.Model.Quorum;
using Coterie.Model.Types;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;

namespace Coterie.Server.Tests.Protocol;

/// <summary>The bytes that clients see, written out by hand from the specification (native_protocol_v4.spec).</summary>
public sealed class GoldenFramesTests
{
    [Fact]
    public void Ready_is_a_header_and_nothing_else() => Expect("84 00 0005 02 00000000", Opcode.Ready, 5, _ => { });

    [Fact]
    public void Supported_names_compression_cql_and_protocol_versions() => Expect(
        "84 00 0000 06 00000047" +
        "0003" +
        "000B" + Ascii("COMPRESSION") + "0001 0003" + Ascii("lz4") +
        "000B" + Ascii("CQL_VERSION") + "0001 0005" + Ascii("3.4.6") +
        "0011" + Ascii("PROTOCOL_VERSIONS") + "0001 0004" + Ascii("4/v4"),
        Opcode.Supported, 0, SupportedMessage.Write);

    [Fact]
    public void A_void_result() => Expect("84 00 0001 08 00000004 00000001", Opcode.Result, 1, ResultMessages.WriteVoid);

    [Fact]
    public void A_set_keyspace_result() =>
        Expect("84 00 0001 08 00000007 00000003 0001" + Ascii("k"), Opcode.Result, 1, f => ResultMessages.WriteSetKeyspace(f, "k"));

    [Fact]
    public void A_rows_result_of_one_table_names_it_once_and_holds_the_paging_state_before_it() => Expect(
        "84 00 0001 08 00000035 00000002" +
        "00000003 00000002 00000002 ABCD" +
        "0001" + Ascii("k") + "0001" + Ascii("t") + "0002" + Ascii("id") + "0009" + "0001" + Ascii("s") + "0022 000D" +
        "00000001" + "00000004 00000007 FFFFFFFF",
        Opcode.Result, 1, f => RowsMessage.Write(f, TwoColumns, skipsMetadata: false, [0xAB, 0xCD], 1, [0, 0, 0, 4, 0, 0, 0, 7, 0xFF, 0xFF, 0xFF, 0xFF]));

    [Fact]
    public void A_rows_result_without_metadata_still_says_how_many_columns_there_are() => Expect(
        "84 00 0001 08 00000010 00000002 00000004 00000002 00000000",
        Opcode.Result, 1, f => RowsMessage.Write(f, TwoColumns, skipsMetadata: true, [], 0, []));

    [Fact]
    public void A_prepared_result_names_the_markers_of_the_partition_key() => Expect(
        "84 00 0001 08 00000035 00000004 0002 0102" +
        "00000001 00000001 00000001 0000" + "0001" + Ascii("k") + "0001" + Ascii("t") + "0002" + Ascii("id") + "0009" +
        "00000001 00000001 0001" + Ascii("k") + "0001" + Ascii("t") + "0001" + Ascii("v") + "000D",
        Opcode.Result, 1, f => PreparedMessage.Write(
            f,
            [1, 2],
            ColumnSpecs.Of([new BindMarker("k", "t", "id", NativeType.Int)]),
            [0],
            ColumnSpecs.Of([new ResultColumn("k", "t", "v", NativeType.Text)])));

    [Fact]
    public void A_prepared_write_has_no_result_columns() => Expect(
        "84 00 0001 08 0000001C 00000004 0002 0102 00000000 00000000 00000000 00000004 00000000",
        Opcode.Result, 1, f => PreparedMessage.Write(f, [1, 2], ColumnSpecs.Empty, [], null));

    [Fact]
    public void A_schema_change_of_a_table_and_of_a_keyspace()
    {
        Expect(
            "84 00 0001 08 0000001A 00000005 0007" + Ascii("CREATED") + "0005" + Ascii("TABLE") + "0001" + Ascii("k") + "0001" + Ascii("t"),
            Opcode.Result, 1, new SchemaChangeMessage("CREATED", "k", "t").WriteResult);
        Expect(
            "84 00 FFFF 0C 00000025 000D" + Ascii("SCHEMA_CHANGE") + "0007" + Ascii("DROPPED") + "0008" + Ascii("KEYSPACE") + "0001" + Ascii("k"),
            Opcode.Event, FrameHeader.EventStream, new SchemaChangeMessage("DROPPED", "k", null).WriteEvent);
    }

    [Fact]
    public void A_status_change_holds_the_address_and_the_port() => Expect(
        "84 00 FFFF 0C 0000001E 000D" + Ascii("STATUS_CHANGE") + "0004" + Ascii("DOWN") + "04 7F000002 00002352",
        Opcode.Event, -1, f => NodeEventMessage.WriteStatus(f, isUp: false, new IPEndPoint(IPAddress.Parse("127.0.0.2"), 9042)));

    [Fact]
    public void A_topology_change_of_an_IPv6_node() => Expect(
        "84 00 FFFF 0C 00000030 000F" + Ascii("TOPOLOGY_CHANGE") + "0008" + Ascii("NEW_NODE") + "10 00000000000000000000000000000001 00002352",
        Opcode.Event, -1, f => NodeEventMessage.WriteNewNode(f, new IPEndPoint(IPAddress.IPv6Loopback, 9042)));

    [Theory]
    [InlineData(RequestResult.Unavailable, "00001000", "0004 00000002 00000001")]
    [InlineData(RequestResult.Timeout, "00001100", "0004 00000001 00000002 000E")]
    [InlineData(RequestResult.Failure, "00001500", "0004 00000001 00000002 00000003 000E")]
    [InlineData(RequestResult.Overloaded, "00001001", "")]
    public void A_failed_write_has_the_fields_of_its_code(RequestResult result, string code, string fields)
    {
        var body = Written(f => CqlErrors.WriteOfWrite(f, new RequestOutcome(result, 2, 1, 3, false), ConsistencyLevel.Quorum, isCounted: false, WriteType.UnloggedBatch));
        var expected = fields.EndsWith("000E", StringComparison.Ordinal) ? fields + Ascii("UNLOGGED_BATCH") : fields;
        Assert.Equal(Hex(code), body[..4]);
        Assert.Equal(Hex(expected), AfterMessage(body));
    }

    [Theory]
    [InlineData(RequestResult.Unavailable, "00001000", "0004 00000002 00000001")]
    [InlineData(RequestResult.Timeout, "00001200", "0004 00000001 00000002 01")]
    [InlineData(RequestResult.Failure, "00001300", "0004 00000001 00000002 00000003 01")]
    [InlineData(RequestResult.Overloaded, "00001001", "")]
    public void A_failed_read_has_the_fields_of_its_code(RequestResult result, string code, string fields)
    {
        var body = Written(f => CqlErrors.WriteOfRead(f, new RequestOutcome(result, 2, 1, 3, true), ConsistencyLevel.Quorum, isCounted: false));
        Assert.Equal(Hex(code), body[..4]);
        Assert.Equal(Hex(fields), AfterMessage(body));
    }

    [Fact]
    public void Replicas_that_were_counted_by_the_payload_are_not_said_to_be_those_of_a_level()
    {
        var outcome = new RequestOutcome(RequestResult.Unavailable, 3, 2, 0, false);
        Assert.Contains("Cannot reach as many replicas as coterie.required asks for: 3 are required, 2 are alive", TextOf(isCounted: true), StringComparison.Ordinal);
        Assert.Contains("Cannot achieve consistency level QUORUM: 3 replicas are required, 2 are alive", TextOf(isCounted: false), StringComparison.Ordinal);

        string TextOf(bool isCounted) => System.Text.Encoding.UTF8.GetString(Written(f => CqlErrors.WriteOfWrite(f, outcome, ConsistencyLevel.Quorum, isCounted, WriteType.Simple)));
    }

    [Fact]
    public void Unprepared_holds_the_id_and_already_exists_holds_the_names()
    {
        Assert.Equal(Hex("0002 AABB"), AfterMessage(Written(f => CqlErrors.Write(f, new UnpreparedException(new byte[] { 0xAA, 0xBB })))));
        Assert.Equal(Hex("0001" + Ascii("k") + "0000"), AfterMessage(Written(f => CqlErrors.Write(f, new AlreadyExistsException("is there", "k", "")))));
    }

    [Fact]
    public void A_defect_is_told_without_what_it_says_of_the_inside()
    {
        var body = Written(f => CqlErrors.Write(f, new InvalidOperationException("/home/somebody/secret")));
        Assert.Equal(Hex("00000000"), body[..4]);
        Assert.DoesNotContain("secret", System.Text.Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    private static ColumnSpecs TwoColumns { get; } = ColumnSpecs.Of(
        [new ResultColumn("k", "t", "id", NativeType.Int), new ResultColumn("k", "t", "s", new SetType(NativeType.Text, frozen: false))]);

    private static void Expect(string hex, Opcode opcode, short stream, Action<FrameWriter> body)
    {
        var writer = new FrameWriter();
        writer.BeginFrame(FrameFlags.None);
        body(writer);
        writer.EndFrame(opcode, stream);
        var expected = Hex(hex);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(writer.Written));
        Assert.Equal(expected.Length - FrameHeader.Size, FrameHeader.Read(expected).Length);
    }

    private static byte[] Written(Action<FrameWriter> body)
    {
        var writer = new FrameWriter();
        body(writer);
        return writer.Written.ToArray();
    }

    private static byte[] AfterMessage(byte[] body) => body[(6 + ((body[4] << 8) | body[5]))..];

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Ascii(string text) => Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(text));
}
