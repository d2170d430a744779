using System.Buffers;
using System.Buffers.Binary;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Repair.Exchanges;
using static Coterie.Repair.Tests.TestRows;

namespace Coterie.Repair.Tests;

/// <summary>A peer whose answers cannot be: the exchange ends with an error that says so, never without an end and never with the node.</summary>
public sealed class LyingPeerTests : IAsyncDisposable
{
    private readonly ReplicaPair _pair = new();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Theory]
    [InlineData(Verb.TreeHash)]
    [InlineData(Verb.RowDifference)]
    [InlineData(Verb.RowFetch)]
    [InlineData(Verb.RowScan)]
    public async Task Answers_that_are_cut_short_or_too_long_or_noise(Verb verb)
    {
        await DifferentAsync(peerHasAll: verb == Verb.RowScan);
        foreach (var lie in new Func<byte[], byte[]>[] { static _ => [], static body => body[..^1], static body => [.. body, 1, 2, 3], static body => [.. body.Select(static one => (byte)~one)] })
        {
            _pair.Lie = (asked, body) => asked == verb ? lie(body) : body;
            await EndsAsync();
        }
    }

    [Fact]
    public async Task Counts_below_nothing()
    {
        await DifferentAsync();
        _pair.Lie = (verb, body) => verb == Verb.TreeHash ? new RangeHashes([new RangeHash(true, 1, -5, false)], 1).Encode() : body;
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
    }

    [Theory]
    [InlineData(Verb.TreeHash)]
    [InlineData(Verb.RowDifference)]
    [InlineData(Verb.RowScan)]
    public async Task More_rows_read_than_anybody_can_read(Verb verb)
    {
        await DifferentAsync(peerHasAll: verb == Verb.RowScan);
        _pair.Lie = (asked, body) => asked != verb ? body
            : verb == Verb.RowScan ? Body(static writer =>
            {
                writer.WriteBlock([]);
                writer.WriteInt64(long.MaxValue);
            })
            : [.. Body(static writer => writer.WriteInt64(long.MaxValue)), .. body[sizeof(long)..]];
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
        Assert.InRange(_pair.Figures.RowsRead, 0, 10_000);
    }

    [Fact]
    public async Task The_same_row_twice()
    {
        await DifferentAsync();
        var row = new RowSummary(Key(1), 99, 1, false, false);
        _pair.Lie = (verb, body) => verb == Verb.RowDifference ? RowDifference.Reply([], new RowSummaries(null, [row, row], 2)) : body;
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
    }

    [Fact]
    public async Task Rows_that_are_fewer_than_none()
    {
        await DifferentAsync();
        _pair.Lie = (verb, body) => verb == Verb.RowFetch ? [0xFF, 0xFF, 0xFF, 0xFF, 0x0F] : body;
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
    }

    [Fact]
    public async Task Rows_that_were_not_asked_for()
    {
        await DifferentAsync();
        _pair.Lie = (verb, body) => verb == Verb.RowFetch ? Body(static writer =>
        {
            writer.WriteVariable(1);
            EntryList.Add(Key(12_345), Value(5, "x"), writer);
        }) : body;
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
        Assert.Null(_pair.Local.Row(Key(12_345)));
    }

    [Fact]
    public async Task Hashes_that_never_agree()
    {
        await BothAsync(3_000);
        await _pair.Local.ReadLeavesAsync();
        var hash = (UInt128)0;
        _pair.Lie = (verb, body) =>
        {
            if (verb != Verb.TreeHash)
            {
                return body;
            }

            var count = new ByteReader(body.AsSpan(sizeof(long))).ReadVariable();
            return new RangeHashes([.. Enumerable.Range(0, (int)count).Select(_ => new RangeHash(true, ++hash, 5, false))], 0).Encode();
        };
        await EndsAsync(mayEnd: true);
        Assert.InRange(_pair.Requests, 1, 1_000);
    }

    [Fact]
    public async Task Ranges_that_are_cut_for_ever()
    {
        await DifferentAsync(rows: 3);
        _pair.Lie = (verb, body) => verb == Verb.RowDifference ? RowDifference.Reply([], new RowSummaries(AlwaysFurther(), [], 0)) : body;
        await Assert.ThrowsAsync<ExchangeFailedException>(() => _pair.CompareAsync());
    }

    [Fact]
    public async Task Bounds_without_end()
    {
        await DifferentAsync(rows: 3);
        _pair.Lie = (verb, body) => verb switch
        {
            Verb.TreeHash => Hashes(body),
            Verb.TreeSplit => RangeBounds.Encode([AlwaysFurther()]),
            _ => body,
        };
        await Assert.ThrowsAsync<ExchangeFailedException>(() => _pair.CompareAsync());

        static byte[] Hashes(byte[] body)
        {
            // Different in the last of the ranges alone, so that always the same one is cut.
            var count = (int)new ByteReader(body.AsSpan(sizeof(long))).ReadVariable();
            return new RangeHashes([.. Enumerable.Range(0, count).Select(i => new RangeHash(true, 1, i == count - 1 ? long.MaxValue : 0, HasRecent: true))], 0).Encode();
        }
    }

    [Fact]
    public async Task Bounds_out_of_order()
    {
        await DifferentAsync();
        _pair.Lie = (verb, body) => verb switch
        {
            Verb.TreeHash => new RangeHashes([new RangeHash(true, 1, 1_000_000, false)], 0).Encode(),
            Verb.TreeSplit => RangeBounds.Encode([.. new[] { Key(1), Key(2), Key(3), Key(4), Key(5) }.OrderByDescending(Convert.ToHexString)]),
            _ => body,
        };
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
    }

    [Fact]
    public async Task Pages_without_rows_that_go_on_for_ever()
    {
        await DifferentAsync(peerHasAll: true);
        _pair.Asked = (verb, request) =>
        {
            if (verb == Verb.RowScan)
            {
                _cuts.Enqueue(JustBehind(LowerOf(request)));
            }
        };
        _pair.Lie = (verb, body) => verb != Verb.RowScan ? body : Body(writer =>
        {
            writer.WriteBlock(_cuts.Dequeue());
            writer.WriteInt64(0);
        });
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
        Assert.InRange(_pair.Requests, 1, 10);
    }

    [Fact]
    public async Task A_page_that_says_more_rows_than_it_has()
    {
        await DifferentAsync(peerHasAll: true);
        _pair.Lie = static (verb, body) => verb != Verb.RowScan ? body : Body(static writer =>
        {
            writer.WriteBlock([]);
            writer.WriteInt64(7);
            EntryList.Add(Key(1), Value(1, "v1"), writer);
        });
        await Assert.ThrowsAsync<MalformedDataException>(() => _pair.CompareAsync());
    }

    private readonly Queue<byte[]> _cuts = [];
    private int _further;

    /// <summary>A key behind all that were given before, and before all rows but a few.</summary>
    private byte[] AlwaysFurther()
    {
        var key = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(key, Table.Value);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(8), ++_further);
        return key;
    }

    private static byte[] LowerOf(byte[] request)
    {
        var reader = new ByteReader(request);
        TreeRequestHead.Read(ref reader);
        return KeyRange.Read(ref reader, Table).Lower;
    }

    private static byte[] JustBehind(byte[] key) => [.. key, 0];

    private static byte[] Body(Action<ArrayBufferWriter<byte>> write)
    {
        var destination = new ArrayBufferWriter<byte>();
        write(destination);
        return destination.WrittenSpan.ToArray();
    }

    private async Task EndsAsync(bool mayEnd = false)
    {
        var thrown = await Record.ExceptionAsync(() => _pair.CompareAsync());
        Assert.True(thrown is MalformedDataException or ExchangeFailedException || (mayEnd && thrown is null), $"ended with {thrown?.ToString() ?? "success"}");
    }

    private async Task DifferentAsync(bool peerHasAll = false, int rows = 100)
    {
        if (peerHasAll)
        {
            await _pair.Peer.WriteAsync(Enumerable.Range(0, 100).Select(static id => (Key(id), Value(1, $"v{id}"))));
        }
        else
        {
            await BothAsync(rows);
            await _pair.Local.WriteAsync((Key(1), Value(9, "newer here")));
            await _pair.Peer.WriteAsync((Key(2), Value(9, "newer there")));
        }

        _pair.Settle();
    }

    private async Task BothAsync(int rows)
    {
        var entries = Enumerable.Range(0, rows).Select(static id => (Key(id), Value(1, $"v{id}"))).ToList();
        await _pair.Local.WriteAsync(entries);
        await _pair.Peer.WriteAsync(entries);
    }
}
