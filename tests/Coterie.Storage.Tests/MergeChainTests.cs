using System.Buffers;
using System.Text;
using Coterie.Contracts;
using Coterie.Storage.Rocks;

namespace Coterie.Storage.Tests;

public sealed class MergeChainTests
{
    [Fact]
    public void A_pile_is_high_after_so_many_merges_and_again_after_as_many()
    {
        var chains = new MergeChains();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 1; i < MergeChains.HeightMax; i++)
            {
                Assert.False(chains.Add("row"u8, 10, out _));
            }

            Assert.True(chains.Add("row"u8, 10, out _));
        }
    }

    [Fact]
    public void The_bytes_of_a_pile_are_those_since_it_was_folded()
    {
        var chains = new MergeChains();
        uint bytes = 0;
        for (var i = 0; i < 2 * MergeChains.HeightMax; i++)
        {
            chains.Add("row"u8, 10, out bytes);
        }

        Assert.Equal(20u * MergeChains.HeightMax, bytes);
        chains.Folded("row"u8);
        chains.Add("row"u8, 10, out bytes);
        Assert.Equal(10u, bytes);
    }

    [Fact]
    public void Rows_written_once_have_no_pile()
    {
        var chains = new MergeChains();
        var high = 0;
        for (var i = 0; i < 200_000; i++)
        {
            high += chains.Add(BitConverter.GetBytes(i), 100, out _) ? 1 : 0;
        }

        Assert.Equal(0, high);
    }

    [Fact]
    public async Task A_hot_row_is_folded_and_loses_nothing_also_when_one_batch_merges_to_it_more_than_once()
    {
        await using var home = new TemporaryStore();
        var expected = new SortedSet<byte>();
        await using (var engine = TemporaryStore.Open(home.Options, ByteSetJoin.Merge))
        {
            var batch = new StorageBatch();
            for (var i = 0; i < 120; i++)
            {
                batch.Clear();
                for (var more = 0; more <= i % 3; more++)
                {
                    var member = (byte)((i * 7) + more);
                    expected.Add(member);
                    batch.Merge(StorageArea.Data, "hot"u8, [member]);
                }

                await engine.CommitAsync(batch);
                Assert.Equal(expected, Get(engine, "hot"));
            }

            Assert.True(engine.Writer.Folds >= 20, $"{engine.Writer.Folds} folds");
        }

        await using var again = TemporaryStore.Open(home.Options, ByteSetJoin.Merge);
        Assert.Equal(expected, Get(again, "hot"));
    }

    [Fact]
    public async Task A_row_that_was_deleted_after_its_pile_became_high_does_not_come_back()
    {
        await using var home = new TemporaryStore();
        await using var engine = TemporaryStore.Open(home.Options, ByteSetJoin.Merge);
        var batch = new StorageBatch();
        for (var i = 0; i < MergeChains.HeightMax; i++)
        {
            batch.Merge(StorageArea.Data, "hot"u8, [(byte)i]);
        }

        batch.Delete(StorageArea.Data, "hot"u8);
        await engine.CommitAsync(batch);
        batch.Clear();
        batch.Put(StorageArea.Data, "other"u8, []);
        await engine.CommitAsync(batch);
        Assert.Equal(GetResult.Absent, engine.Get(StorageArea.Data, "hot"u8, new ArrayBufferWriter<byte>(), cachedOnly: false));
    }

    [Fact]
    public async Task A_large_row_is_not_written_again_for_a_few_small_merges()
    {
        await using var home = new TemporaryStore();
        await using var engine = TemporaryStore.Open(home.Options, Append);
        var batch = new StorageBatch();
        batch.Merge(StorageArea.Data, "large"u8, new byte[100_000]);
        await engine.CommitAsync(batch);
        var before = engine.Writer.Folds;
        for (var i = 0; i < 1_000; i++)
        {
            batch.Clear();
            batch.Merge(StorageArea.Data, "large"u8, "0123456789"u8);
            await engine.CommitAsync(batch);
        }

        Assert.InRange(engine.Writer.Folds - before, 0, 1);
        var value = new ArrayBufferWriter<byte>();
        engine.Get(StorageArea.Data, "large"u8, value, cachedOnly: false);
        Assert.Equal(110_000, value.WrittenCount);
        Assert.EndsWith("0123456789", Encoding.ASCII.GetString(value.WrittenSpan[^100..]), StringComparison.Ordinal);
    }

    private static void Append(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination)
    {
        destination.Write(left);
        destination.Write(right);
    }

    private static SortedSet<byte> Get(RocksEngine engine, string key)
    {
        var value = new ArrayBufferWriter<byte>();
        engine.Get(StorageArea.Data, Encoding.ASCII.GetBytes(key), value, cachedOnly: false);
        return [.. value.WrittenSpan.ToArray()];
    }
}
