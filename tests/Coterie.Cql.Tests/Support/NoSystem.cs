using Coterie.Model.Ids;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Tests.Support;

/// <summary>A system keyspace with one table.</summary>
internal sealed class NoSystem : ISystemSchema
{
    private readonly TableSchema _local = new(
        "system",
        "local",
        Guid.Empty,
        default,
        [
            new ColumnSchema("key", ColumnKind.PartitionKey, NativeType.Text, 0, false, default),
            new ColumnSchema("release_version", ColumnKind.Regular, NativeType.Text, -1, false, new ColumnId(0)),
        ],
        TableOptions.Default);

    public bool IsSystemKeyspace(string keyspace) => keyspace == "system";

    public TableSchema? Table(string keyspace, string table) => table == "local" ? _local : null;
}
