using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Tests.Golden;
using Coterie.Model.Tests.Rows;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Mutations;

public sealed class MutationCodecTests
{
    private static readonly byte[] PartitionKey = "cart:7"u8.ToArray();
    private static readonly byte[] RowKey = [(byte)EntryKind.Row, 0x40, 0x80, 0x00, 0x00, 0x01];
    private static readonly Gen<(byte[] Key, byte[] Row)> Entries = Gen.Select(Gen.Int[0, 3], Gen.Byte.Array[0, 20], RowGen.Encoded).Select((kind, key, row) =>
        (kind switch { 0 => EntryKey.Header.ToArray(), 1 => EntryKey.Static.ToArray(), 2 => Range(key), _ => [(byte)EntryKind.Row, .. key] }, row));

    [Fact]
    public void What_is_written_is_read_and_is_valid() =>
        Gen.Select(Gen.Byte.Array[1, 40], Gen.Long[0, long.MaxValue], Entries.Array[1, 6]).Sample((key, formed, entries) =>
        {
            var bytes = Encode(key, new FormationTime(formed), entries);
            MutationReader.Validate(bytes);
            var reader = new MutationReader(bytes);
            Assert.Equal(new StorageId(42), reader.Table);
            Assert.Equal(Partitioner.TokenOf(key), reader.Token);
            Assert.Equal(formed, reader.Formed.Milliseconds);
            Assert.Equal(key, reader.PartitionKey.ToArray());
            foreach (var (entryKey, row) in entries)
            {
                Assert.True(reader.MoveNext());
                Assert.Equal(entryKey, reader.EntryKey.ToArray());
                Assert.Equal(row, reader.Row.ToArray());
            }

            Assert.False(reader.MoveNext());
            Assert.False(reader.MoveNext());
        });

    [Fact]
    public void A_resumed_mutation_is_the_same_as_one_written_at_once()
    {
        var row = GoldenRow("insert");
        var destination = new ArrayBufferWriter<byte>();
        _ = new MutationWriter(destination, new StorageId(42), Partitioner.TokenOf(PartitionKey), new FormationTime(9), PartitionKey);
        MutationWriter.Resume(destination).Entry(RowKey, row);
        MutationWriter.Resume(destination).Finish();
        Assert.Equal(Encode(PartitionKey, new FormationTime(9), [(RowKey, row)]), destination.WrittenSpan.ToArray());
    }

    [Fact]
    public void Every_truncation_and_every_wrong_length_is_malformed_and_nothing_else()
    {
        var bytes = Encode(PartitionKey, new FormationTime(9), [(EntryKey.Header.ToArray(), GoldenRow("header")), (RowKey, GoldenRow("insert"))]);
        for (var length = 0; length < bytes.Length; length++)
        {
            AssertMalformed(bytes[..length]);
        }

        AssertMalformed([.. bytes, 0]);
    }

    [Fact]
    public void Any_changed_byte_is_still_valid_or_malformed_and_nothing_else()
    {
        var bytes = Encode(PartitionKey, new FormationTime(9), [(EntryKey.Header.ToArray(), GoldenRow("header")), (RowKey, GoldenRow("collections"))]);
        var refused = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var flip = 1; flip < 256; flip++)
            {
                var changed = bytes.ToArray();
                changed[i] ^= (byte)flip;
                try
                {
                    MutationReader.Validate(changed);
                }
                catch (MalformedDataException)
                {
                    refused++;
                }
            }
        }

        Assert.True(refused > bytes.Length * 100, $"only {refused} of {bytes.Length * 255} changes were noticed");
    }

    [Fact]
    public void Bad_keys_are_refused()
    {
        var row = GoldenRow("insert");
        AssertMalformed(Encode(PartitionKey, default, []));
        AssertMalformed(Encode(PartitionKey, default, [([0x11], row)]));
        AssertMalformed(Encode(PartitionKey, default, [([(byte)EntryKind.Header, 0], row)]));
        AssertMalformed(Encode(PartitionKey, default, [([(byte)EntryKind.RangeTombstone, 0, 0], row)]));
        AssertMalformed(Encode(PartitionKey, default, [(Range([], backwards: true), row)]));
        AssertMalformed(Encode(PartitionKey, default, [(RowKey, [])]));
    }

    [Fact]
    public void A_token_that_is_not_the_keys_is_refused()
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new MutationWriter(destination, new StorageId(42), new Token(1), default, PartitionKey);
        writer.Entry(RowKey, GoldenRow("insert"));
        writer.Finish();
        AssertMalformed(destination.WrittenSpan.ToArray());
    }

    [Fact]
    public void The_bytes_are_what_they_were() =>
        GoldenFile.Check("mutations.txt",
        [
            "one-row " + Convert.ToHexString(Encode(PartitionKey, new FormationTime(1_790_000_000_123), [(RowKey, GoldenRow("insert"))])),
            "header-and-range " + Convert.ToHexString(Encode(
                PartitionKey, new FormationTime(1_790_000_000_123), [(EntryKey.Header.ToArray(), GoldenRow("has-ranges")), (Range([7]), GoldenRow("deletion"))])),
        ]);

    private static byte[] Range(byte[] key, bool backwards = false)
    {
        byte[] start = [(byte)EntryKind.Row, .. key];
        byte[] end = [(byte)EntryKind.Row, .. key, 0xFF];
        var destination = new ArrayBufferWriter<byte>();
        EntryKey.WriteRangeTombstone(backwards ? end : start, backwards ? start : end, destination);
        return destination.WrittenSpan.ToArray();
    }

    private static byte[] GoldenRow(string name) => Convert.FromHexString(GoldenFile.Read("rows.txt").Single(line => line[0] == name)[1]);

    private static byte[] Encode(byte[] partitionKey, FormationTime formed, (byte[] Key, byte[] Row)[] entries)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new MutationWriter(destination, new StorageId(42), Partitioner.TokenOf(partitionKey), formed, partitionKey);
        foreach (var (key, row) in entries)
        {
            writer.Entry(key, row);
        }

        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    private static void AssertMalformed(byte[] bytes) => Assert.Throws<MalformedDataException>(() => MutationReader.Validate(bytes));
}
