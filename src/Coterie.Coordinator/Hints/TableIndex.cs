using Coterie.Cluster.Metadata;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Hints;

/// <summary>
/// Which keyspace and table a storage id belongs to now; none: it was dropped or truncated, since a mutation with it has been formed under metadata
/// that this node has. Made once for each epoch, when it is first asked for.
/// </summary>
internal sealed class TableIndex(IMetadataView metadata)
{
    private volatile Snapshot? _snapshot;

    public KeyspaceSchema? KeyspaceOf(StorageId table)
    {
        var current = metadata.Current;
        var snapshot = _snapshot;
        if (snapshot is null || !ReferenceEquals(snapshot.Metadata, current))
        {
            _snapshot = snapshot = Snapshot.Of(current);
        }

        return snapshot.Keyspaces.GetValueOrDefault(table);
    }

    private sealed record Snapshot(ClusterMetadata Metadata, Dictionary<StorageId, KeyspaceSchema> Keyspaces)
    {
        public static Snapshot Of(ClusterMetadata metadata)
        {
            var keyspaces = new Dictionary<StorageId, KeyspaceSchema>();
            foreach (var keyspace in metadata.Keyspaces.Values)
            {
                foreach (var table in keyspace.Tables.Values)
                {
                    keyspaces[table.StorageId] = keyspace;
                }
            }

            return new Snapshot(metadata, keyspaces);
        }
    }
}
