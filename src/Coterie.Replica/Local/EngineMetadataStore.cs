using Coterie.Cluster.Metadata;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Local;

/// <summary>Keeps promises, accepted values and the metadata log in the storage engine, through the one writer and its one fsync.</summary>
public sealed class EngineMetadataStore(IStorageEngine engine, IStorageWriter writer) : IMetadataStore
{
    private readonly LocalArea _area = new(engine, writer, "metadata/");

    public byte[]? Get(string key) => _area.Get(key);

    public Task PutAsync(string key, ReadOnlyMemory<byte> value) => _area.PutAsync(key, value);
}
