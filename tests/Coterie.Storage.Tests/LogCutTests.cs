using System.Buffers;
using Coterie.Storage.Rocks;

namespace Coterie.Storage.Tests;

/// <summary>Logs as a machine leaves them that went down while commits were not synced. That what is left is whole is in the contract of the engine.</summary>
public sealed class LogCutTests : IAsyncDisposable
{
    private const int Writes = 400;
    private const int ValueBytes = 1_000;

    private readonly TemporaryStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_gap_is_refused_where_everything_was_synced_and_cut_off_where_it_was_not()
    {
        await using var image = await KilledAsync(Writes);
        var log = Directory.GetFiles(image.Path, "*.log").Single(file => new FileInfo(file).Length > 0);
        var bytes = await File.ReadAllBytesAsync(log, TestContext.Current.CancellationToken);
        Array.Clear(bytes, bytes.Length / 2, 8_192);
        await File.WriteAllBytesAsync(log, bytes, TestContext.Current.CancellationToken);
        Assert.Throws<StorageCorruptException>(() => Open(image, mayHaveLostTail: false));
        await using var engine = Open(image, mayHaveLostTail: true);
        Assert.InRange(Count(engine), Writes / 2 - 20, Writes / 2);
    }

    /// <summary>RocksDB alone would open for ever: see <see cref="LogDamageTests"/>.</summary>
    [Fact]
    public async Task A_log_that_is_torn_over_many_blocks_is_cut_off_where_it_is_torn()
    {
        await using var image = await KilledAsync(Writes);
        var log = Directory.GetFiles(image.Path, "*.log").Single(file => new FileInfo(file).Length > 0);
        var bytes = await File.ReadAllBytesAsync(log, TestContext.Current.CancellationToken);
        Array.Fill(bytes, (byte)0xA5, 100_000, bytes.Length - 100_000);
        await File.WriteAllBytesAsync(log, bytes, TestContext.Current.CancellationToken);
        await using var engine = Open(image, mayHaveLostTail: true);
        Assert.InRange(Count(engine), 80, 100);
    }

    /// <summary>Nothing is written out to a table before the logs that hold it are synced: an older log that lacks something then has lost what was synced.</summary>
    [Fact]
    public async Task A_log_that_ends_before_what_tables_hold_of_it_is_refused()
    {
        // The first log lives on for the sake of what was put into the other area, while the data in it goes to a table. More than two buffers' worth: writes wait until
        // the first of them is a table.
        await using var image = await KilledAsync(10_000);
        var first = Directory.GetFiles(image.Path, "*.log").Order(StringComparer.Ordinal).First();
        Assert.NotEmpty(Directory.GetFiles(image.Path, "*.sst"));
        await using (var file = new FileStream(first, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(file.Length / 2);
        }

        Assert.Throws<StorageCorruptException>(() => Open(image, mayHaveLostTail: true));
    }

    private static RocksEngine Open(TemporaryStore store, bool mayHaveLostTail) =>
        TemporaryStore.Open(store.Options with { MayHaveLostTail = mayHaveLostTail }, (_, right, destination) => destination.Write(right));

    private async Task<TemporaryStore> KilledAsync(int writes)
    {
        await using var engine = Open(_store, mayHaveLostTail: false);
        var batch = new StorageBatch();
        batch.Put(StorageArea.Local, [1], [1]);
        await engine.CommitAsync(batch);
        for (var i = 0; i < writes; i++)
        {
            batch.Clear();
            batch.Put(StorageArea.Data, BitConverter.GetBytes(i), new byte[ValueBytes]);
            batch.IsSynced = false;
            await engine.CommitAsync(batch);
        }

        return _store.Copy();
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
