using System.Globalization;
using Coterie.Model.Rows;
using Coterie.Storage;
using Coterie.Storage.Rocks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Campaigns.CrashImages;

/// <summary>
/// The process that is killed: writes batch after batch into a real store, and says of each, once it is acknowledged, its number and how long the
/// log was then: what lies behind that was not acknowledged.
/// </summary>
internal static class CrashWriter
{
    public const string Argument = "--crash-writer";

    /// <summary>Said once the last of so many batches is sealed: from then on any damage to them can be told.</summary>
    public const string Sealed = "sealed";

    /// <summary>Small, so that memory is written out, and files are merged, every few dozen batches.</summary>
    public static RocksOptions Options(string directory) => new()
    {
        Path = Path.Combine(directory, "store"),
        BlockCacheBytes = 1024 * 1024,
        WriteBufferBytes = 128 * 1024,
        LogBytesMax = 512 * 1024,
        FreeBytesMin = 0,
        ReadThreads = 1,
    };

    /// <param name="directory">Where the store is made.</param>
    /// <param name="seed">What the batches are drawn from.</param>
    /// <param name="count">Stops after so many, and then waits to be killed.</param>
    /// <param name="output">Who is told.</param>
    public static async Task RunAsync(string directory, int seed, int count, TextWriter output)
    {
        var options = Options(directory);
        await using var engine = RocksEngine.Open(options, RowMerge.Merge, NullLogger<RocksEngine>.Instance);
        var model = new CrashModel(seed);
        var batch = new StorageBatch();
        for (var number = 0; number < count; number++)
        {
            batch.Clear();
            model.Fill(batch, number);
            await engine.CommitAsync(batch);
            var (log, length) = NewestLog(options.Path);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{number} {log} {length}"));
            await output.FlushAsync();
        }

        var before = NewestLog(options.Path).Length;
        while (NewestLog(options.Path).Length == before)
        {
            await Task.Delay(options.SealAfter / 4);
        }

        await output.WriteLineAsync(Sealed);
        await output.FlushAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    private static (string Name, long Length) NewestLog(string store)
    {
        var newest = new DirectoryInfo(store).EnumerateFiles("*.log").MaxBy(static file => file.Name, StringComparer.Ordinal)!;
        return (newest.Name, newest.Length);
    }
}
