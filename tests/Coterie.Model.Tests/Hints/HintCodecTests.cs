using System.Buffers;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Model.Tests.Hints;

/// <summary>The bytes of docs/formats.md, and what becomes of other bytes.</summary>
public sealed class HintCodecTests
{
    private static readonly NodeId Node = new(new Guid("00112233-4455-6677-8899-aabbccddeeff"));
    private static readonly Guid Batch = new("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

    [Fact]
    public void Keys_are_as_written_down_and_sort_by_target_and_sequence()
    {
        var hint = new byte[HintKey.HintBytes];
        HintKey.Hint(hint, Node, 0x0102030405060708);
        Assert.Equal("0100112233445566778899AABBCCDDEEFF0102030405060708", Convert.ToHexString(hint));
        Assert.True(HintKey.TryReadHint(hint, out var target, out var sequence));
        Assert.Equal((Node, 0x0102030405060708UL), (target, sequence));
        var batch = new byte[HintKey.BatchBytes];
        HintKey.Batch(batch, Batch);
        Assert.Equal("020F1E2D3C4B5A69788796A5B4C3D2E1F0", Convert.ToHexString(batch));
        Assert.True(HintKey.TryReadBatch(batch, out var id));
        Assert.Equal(Batch, id);
        Assert.False(HintKey.TryReadHint(batch, out _, out _));
        Assert.False(HintKey.TryReadBatch(hint, out _));
        var later = new byte[HintKey.HintBytes];
        HintKey.Hint(later, Node, 0x0102030405060709);
        Assert.True(hint.AsSpan().SequenceCompareTo(later) < 0 && later.AsSpan().SequenceCompareTo(batch) < 0);
    }

    [Fact]
    public void A_hint_is_its_mutation_behind_a_format_byte()
    {
        var destination = new ArrayBufferWriter<byte>();
        HintRecord.Write(destination, Node, 7, Mutation());
        Assert.StartsWith("00112233445566778899AABBCCDDEEFF000000000000000701", Convert.ToHexString(destination.WrittenSpan), StringComparison.Ordinal);
        var hint = HintRecord.Read(destination.WrittenSpan);
        Assert.Equal((Node, 7UL), (hint.Target, hint.Sequence));
        Assert.Equal(Mutation(), HintRecord.MutationOf(hint.Stored).ToArray());
    }

    [Fact]
    public void A_batch_is_as_written_down()
    {
        var record = new BatchRecord(Batch, [Node], [Mutation(), Mutation()]).Encode();
        var mutation = Convert.ToHexString(Mutation());
        var length = Mutation().Length.ToString("X2", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"010F1E2D3C4B5A69788796A5B4C3D2E1F00100112233445566778899AABBCCDDEEFF02{length}{mutation}{length}{mutation}", Convert.ToHexString(record));
        var decoded = BatchRecord.Decode(record);
        Assert.Equal((Batch, 1, 2), (decoded.Id, decoded.Holders.Count, decoded.Mutations.Count));
        Assert.Equal(Mutation(), decoded.Mutations[1].ToArray());
        Assert.Equal(Batch, BatchRecord.IdOf(record));
        Assert.True(record.Length <= BatchRecord.SizeOf(1, decoded.Mutations));
    }

    [Fact]
    public void Messages_come_back_as_they_went()
    {
        Assert.Equal(new HintReadRequest(Node, 9), HintReadRequest.Decode(new HintReadRequest(Node, 9).Encode()));
        Assert.Equal(HintReadRequest.Summary, HintReadRequest.Decode(HintReadRequest.Summary.Encode()));
        Assert.Equal(new HintForgetRequest(Node, 9), HintForgetRequest.Decode(new HintForgetRequest(Node, 9).Encode()));
        var chunk = HintChunk.Decode(new HintChunk([new StoredHint(5, (byte[])[1, 2]), new StoredHint(6, (byte[])[])], IsDamaged: true).Encode());
        Assert.True(chunk.IsDamaged);
        Assert.Equal([5UL, 6UL], chunk.Hints.Select(static hint => hint.Sequence));
        Assert.Equal([1, 2], chunk.Hints[0].Record.ToArray());
        HintsOfTarget[] summary = [new(Node, 1, 2, 3, 4)];
        Assert.Equal(summary, HintsOfTarget.Decode(HintsOfTarget.Encode(summary)));
    }

    /// <summary>Every cut and every changed byte of a record is decoded or refused, and never anything else.</summary>
    [Fact]
    public void Other_bytes_are_refused_and_nothing_worse()
    {
        var record = new BatchRecord(Batch, [Node], [Mutation()]).Encode();
        var hint = new ArrayBufferWriter<byte>();
        HintRecord.Write(hint, Node, 7, Mutation());
        byte[] request = hint.WrittenSpan.ToArray();
        for (var i = 0; i < record.Length; i++)
        {
            Assert.Throws<MalformedDataException>(() => BatchRecord.Decode(record.AsMemory(0, i)));
            for (var bit = 1; bit < 256; bit <<= 1)
            {
                var changed = record.ToArray();
                changed[i] ^= (byte)bit;
                Refused(() => BatchRecord.Decode(changed));
                Refused(() => HintChunk.Decode(changed));
                Refused(() => HintsOfTarget.Decode(changed));
            }
        }

        for (var i = 0; i < request.Length; i++)
        {
            Assert.Throws<MalformedDataException>(() => HintRecord.Read(request.AsSpan(0, i)));
        }

        Assert.Throws<MalformedDataException>(() => BatchRecord.Decode((byte[])[1, .. new byte[16], 200]));
    }

    private static void Refused(Action decode)
    {
        try
        {
            decode();
        }
        catch (MalformedDataException)
        {
            // As it should be.
        }
    }

    private static byte[] Mutation()
    {
        byte[] key = [1];
        var row = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(row);
        writer.SimpleColumn(new ColumnId(1), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(10), Value = [7] });
        writer.Finish();
        var destination = new ArrayBufferWriter<byte>();
        var mutation = new MutationWriter(destination, new StorageId(7), Partitioner.TokenOf(key), new FormationTime(5), key);
        mutation.Entry([(byte)EntryKind.Row, 1], row.WrittenSpan);
        mutation.Finish();
        return destination.WrittenSpan.ToArray();
    }
}
