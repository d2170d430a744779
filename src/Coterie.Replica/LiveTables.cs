using System.Collections.Frozen;
using Coterie.Cluster.Metadata;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Replica;

/// <summary>
/// Which storage ids belong to a table now. What is under any other was dropped or truncated: a write to it dies, a read of it finds nothing
/// to answer. Made once for each epoch, when it is first asked for.
/// </summary>
public sealed class LiveTables(IMetadataView metadata)
{
    private volatile Snapshot _snapshot = Snapshot.Of(metadata.Current);

    public bool Contains(StorageId table) => Current().Tables.ContainsKey(table.Value);

    /// <summary>A live table whose replicas are kept alike by a log: they are never compared.</summary>
    public bool IsLeaderBased(StorageId table) => Current().Tables.TryGetValue(table.Value, out var known) && known.IsLeaderBased;

    /// <summary>The columns of a live leader-based table that are lists of many cells; none of any other.</summary>
    public IReadOnlySet<ColumnId> ListsOf(StorageId table) => Current().Tables.TryGetValue(table.Value, out var known) ? known.Lists : FrozenSet<ColumnId>.Empty;

    /// <summary>
    /// The table, or the truncation that it is from, has not been heard of here yet: somebody else is ahead in the metadata. Ids are given once and rise, so
    /// that one that is not here was dropped if a later one has been given.
    /// </summary>
    public bool IsToCome(StorageId table) => table.Value >= metadata.Current.NextStorageId;

    private Snapshot Current()
    {
        var current = metadata.Current;
        var snapshot = _snapshot;
        if (!ReferenceEquals(snapshot.Metadata, current))
        {
            _snapshot = snapshot = Snapshot.Of(current);
        }

        return snapshot;
    }

    private sealed record LiveTable(bool IsLeaderBased, FrozenSet<ColumnId> Lists);

    /// <param name="Tables">By storage id.</param>
    private sealed record Snapshot(ClusterMetadata Metadata, Dictionary<uint, LiveTable> Tables)
    {
        public static Snapshot Of(ClusterMetadata metadata)
        {
            var tables = new Dictionary<uint, LiveTable>();
            foreach (var keyspace in metadata.Keyspaces.Values)
            {
                foreach (var table in keyspace.Tables.Values)
                {
                    tables.Add(table.StorageId.Value, new LiveTable(keyspace.IsLeaderBased, keyspace.IsLeaderBased ? ListsIn(table) : FrozenSet<ColumnId>.Empty));
                }
            }

            return new Snapshot(metadata, tables);
        }

        private static FrozenSet<ColumnId> ListsIn(TableSchema table) =>
            table.Columns.Where(static column => column.Type is ListType { IsMultiCell: true }).Select(static column => column.Id).ToFrozenSet();
    }
}
