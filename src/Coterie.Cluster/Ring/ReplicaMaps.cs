using Coterie.Cluster.Metadata;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Ring;

/// <summary>
/// The replica maps of all keyspaces as of the current metadata. Follows the view without being told: a look-up compares one reference,
/// and the first to see a new value builds its maps, so that a map is never behind the metadata it is asked with.
/// </summary>
public sealed class ReplicaMaps(IMetadataView view, string localDatacenter)
{
    private readonly Lock _rebuilding = new();
    private volatile Snapshot _snapshot = new(ClusterMetadata.Empty, []);

    /// <summary>The keyspace's map, or null: no such keyspace. System keyspaces are not replicated and have none.</summary>
    public ReplicaMap? For(string keyspace)
    {
        var snapshot = _snapshot;
        if (!ReferenceEquals(snapshot.Metadata, view.Current))
        {
            snapshot = Rebuild();
        }

        return snapshot.ByKeyspace.GetValueOrDefault(keyspace);
    }

    private Snapshot Rebuild()
    {
        lock (_rebuilding)
        {
            var old = _snapshot;
            var metadata = view.Current;
            if (ReferenceEquals(old.Metadata, metadata))
            {
                return old;
            }

            var maps = new Dictionary<string, ReplicaMap>(StringComparer.Ordinal);
            foreach (var (name, keyspace) in metadata.Keyspaces)
            {
                // Most changes touch one table; whatever they leave alone keeps its map.
                var unchanged = ReferenceEquals(old.Metadata.Nodes, metadata.Nodes)
                    && old.Metadata.Keyspaces.TryGetValue(name, out var before)
                    && ReferenceEquals(before.Replication, keyspace.Replication);
                maps[name] = unchanged ? old.ByKeyspace[name] : ReplicaMap.Create(metadata.Nodes.Values, keyspace.Replication, localDatacenter);
            }

            return _snapshot = new Snapshot(metadata, maps);
        }
    }

    private sealed record Snapshot(ClusterMetadata Metadata, Dictionary<string, ReplicaMap> ByKeyspace);
}
