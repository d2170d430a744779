using System.Buffers;
using Coterie.Storage.Rocks;

namespace Coterie.Storage.Tests;

/// <summary>A flipped byte anywhere in the log of a killed store: refused with the file named, or nothing is missing. Never a silent loss.</summary>
public sealed class LogDamageTests
{
    private const int Writes = 1_000;
    private const int Flips = 60;

    [Fact]
    public async Task A_flipped_byte_in_the_log_is_refused_by_name_or_loses_nothing()
    {
        await using var image = await KilledStore();
        var log = Directory.GetFiles(image.Path, "*.log").Single(f => new FileInfo(f).Length > 0);
        var intact = await File.ReadAllBytesAsync(log, TestContext.Current.CancellationToken);
        var refused = 0;
        for (var i = 0; i < Flips; i++)
        {
            // From the first byte to the last, with the very end, where a length that lies looks like a torn write.
            var at = (int)((long)i * (intact.Length - 1) / (Flips - 1));
            var damaged = (byte[])intact.Clone();
            damaged[at] ^= 0x40;
            await using var copy = image.Copy();
            var copiedLog = Path.Combine(copy.Path, Path.GetFileName(log));
            await File.WriteAllBytesAsync(copiedLog, damaged, TestContext.Current.CancellationToken);
            try
            {
                await using var engine = TemporaryStore.Open(copy.Options, (_, right, destination) => destination.Write(right));
                Assert.Equal(Writes, Count(engine));
            }
            catch (StorageCorruptException refusal)
            {
                refused++;
                Assert.Contains(Path.GetFileName(log), refusal.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(refused, Flips - 3, Flips);
    }

    /// <summary>RocksDB's own reader finds no end when what was torn goes on in the next block with something that is no record: it opens for ever.</summary>
    [Fact]
    public async Task A_log_that_is_torn_over_more_than_a_block_is_refused_by_name_and_not_read_for_ever()
    {
        await using var image = await KilledStore();
        var log = Directory.GetFiles(image.Path, "*.log").Single(f => new FileInfo(f).Length > 0);
        const int block = 32 * 1024;
        byte[] noRecord = Convert.FromHexString("43C7FE4AE96107C1");
        var torn = (await File.ReadAllBytesAsync(log, TestContext.Current.CancellationToken)).AsSpan(0, 2 * block).ToArray();
        Array.Fill(torn, (byte)0xA5, block - 1_000, 1_000);
        Array.Fill(torn, (byte)0xA5, block, block);
        noRecord.CopyTo(torn, block);
        await File.WriteAllBytesAsync(log, torn.AsMemory(0, block + 3_000), TestContext.Current.CancellationToken);

        await RefusedAsync(image, log);
    }

    /// <summary>
    /// RocksDB's reader neither takes nor passes over a record of the kinds that recycled logs have, in a log that is none: it opens for ever. Nothing here writes them, so it is damage;
    /// in a sound record it takes one flipped bit of the type.
    /// </summary>
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(131)]
    public async Task A_tail_that_looks_like_a_record_of_a_recycled_log_is_refused_by_name_and_not_read_for_ever(byte type)
    {
        await using var image = await KilledStore();
        var log = Directory.GetFiles(image.Path, "*.log").Single(f => new FileInfo(f).Length > 0);
        var tail = new byte[300];
        Array.Fill(tail, (byte)0xA5);
        tail[6] = type;
        await using (var stream = new FileStream(log, FileMode.Append))
        {
            await stream.WriteAsync(tail, TestContext.Current.CancellationToken);
        }

        await RefusedAsync(image, log);
    }

    [Fact]
    public async Task A_store_without_its_CURRENT_file_is_refused_not_made_anew()
    {
        await using var image = await KilledStore();
        File.Delete(Path.Combine(image.Path, "CURRENT"));
        var refusal = Assert.Throws<StorageCorruptException>(() => TemporaryStore.Open(image.Options, (_, right, destination) => destination.Write(right)));
        Assert.Contains("CURRENT", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(TemporaryStore image, string log)
    {
        var opening = Task.Factory.StartNew(
            () => TemporaryStore.Open(image.Options, (_, right, destination) => destination.Write(right)), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var refusal = await Assert.ThrowsAsync<StorageCorruptException>(() => opening.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Contains(Path.GetFileName(log), refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>What is on the disk of a store that was killed after so many synced writes and its seal.</summary>
    private static async Task<TemporaryStore> KilledStore()
    {
        await using var home = new TemporaryStore();
        await using var engine = TemporaryStore.Open(home.Options, (_, right, destination) => destination.Write(right));
        var batch = new StorageBatch();
        long seals = 0;
        for (var i = 0; i < Writes; i++)
        {
            seals = engine.Writer.Seals;
            batch.Clear();
            batch.Put(StorageArea.Data, BitConverter.GetBytes(i), new byte[100]);
            await engine.CommitAsync(batch);
        }

        // A commit is continued on the commit thread, which must be free to seal.
        await Task.Yield();
        Assert.True(SpinWait.SpinUntil(() => engine.Writer.Seals > seals, TimeSpan.FromSeconds(30)), "the last commit was not sealed within 30 s");
        return home.Copy();
    }

    private static int Count(RocksEngine engine)
    {
        using var cursor = engine.Scan(StorageArea.Data, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }
}
