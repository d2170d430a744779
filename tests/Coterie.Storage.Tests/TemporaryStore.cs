using Coterie.Storage.Rocks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Storage.Tests;

/// <summary>A RocksDB store in a directory of its own, deleted at the end.</summary>
internal sealed class TemporaryStore : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("coterie-storage-").FullName;

    public string Path => System.IO.Path.Combine(_root, "store");

    public RocksOptions Options => new() { Path = Path, BlockCacheBytes = 8 * 1024 * 1024, WriteBufferBytes = 4 * 1024 * 1024 };

    public static RocksEngine Open(RocksOptions options, RowMergeFunction merge) => RocksEngine.Open(options, merge, NullLogger<RocksEngine>.Instance);

    /// <summary>The files as they are now, whether an engine has them open or not: what a process finds that starts after the one that has was killed.</summary>
    public TemporaryStore Copy()
    {
        var copy = new TemporaryStore();
        Directory.CreateDirectory(copy.Path);
        foreach (var file in Directory.GetFiles(Path).Where(file => System.IO.Path.GetFileName(file) != "LOCK"))
        {
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        }

        return copy;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }
}
