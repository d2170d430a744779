using System.Collections.Immutable;
using Coterie.Model.Ids;

namespace Coterie.Model.Schema;

/// <summary>
/// One table, immutable. <see cref="Columns"/> holds all columns: partition key by position, clustering by position, then static and
/// regular by name, the order in which <c>SELECT *</c> returns them.
/// </summary>
public sealed class TableSchema
{
    private readonly Dictionary<string, ColumnSchema> _byName;

    public TableSchema(string keyspace, string name, Guid id, StorageId storageId, ImmutableArray<ColumnSchema> columns, TableOptions options)
    {
        Keyspace = keyspace;
        Name = name;
        Id = id;
        StorageId = storageId;
        Options = options;
        PartitionKey = [.. columns.Where(c => c.Kind == ColumnKind.PartitionKey).OrderBy(c => c.Position)];
        Clustering = [.. columns.Where(c => c.Kind == ColumnKind.Clustering).OrderBy(c => c.Position)];
        Statics = [.. columns.Where(c => c.Kind == ColumnKind.Static).OrderBy(c => c.Name, StringComparer.Ordinal)];
        Regulars = [.. columns.Where(c => c.Kind == ColumnKind.Regular).OrderBy(c => c.Name, StringComparer.Ordinal)];
        Columns = [.. PartitionKey, .. Clustering, .. Statics, .. Regulars];
        _byName = Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
    }

    public string Keyspace { get; }

    public string Name { get; }

    /// <summary>The id that drivers see in <c>system_schema.tables</c>. Survives TRUNCATE.</summary>
    public Guid Id { get; }

    /// <summary>What the data is filed under. Changes with TRUNCATE.</summary>
    public StorageId StorageId { get; }

    public TableOptions Options { get; }

    public ImmutableArray<ColumnSchema> Columns { get; }

    public ImmutableArray<ColumnSchema> PartitionKey { get; }

    public ImmutableArray<ColumnSchema> Clustering { get; }

    public ImmutableArray<ColumnSchema> Statics { get; }

    public ImmutableArray<ColumnSchema> Regulars { get; }

    public ColumnSchema? Column(string name) => _byName.GetValueOrDefault(name);

    public TableSchema WithStorageId(StorageId storageId) => new(Keyspace, Name, Id, storageId, Columns, Options);
}
