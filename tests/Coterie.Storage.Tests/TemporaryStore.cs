using Coterie.Contracts;
using Coterie.Storage.Rocks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Storage.Tests;

/// <summary>A RocksDB store in a directory of its own, deleted at the end.</summary>
internal sealed class TemporaryStore : IEngineHome
{
    private readonly string _root = Directory.CreateTempSubdirectory("coterie-storage-").FullName;

    public string Path => System.IO.Path.Combine(_root, "store");

    public RocksOptions Options => new() { Path = Path, BlockCacheBytes = 8 * 1024 * 1024, WriteBufferBytes = 4 * 1024 * 1024 };

    public IStorageEngine Open(RowMergeFunction merge) => Open(Options, merge);

    public static RocksEngine Open(RocksOptions options, RowMergeFunction merge) => RocksEngine.Open(options, merge, NullLogger<RocksEngine>.Instance);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }
}
