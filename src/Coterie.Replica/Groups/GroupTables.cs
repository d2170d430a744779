using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Trees;

namespace Coterie.Replica.Groups;

/// <summary>Which rows belong to which group: those of all leader-based tables in the token ranges that the group's nodes keep. As of the current metadata; not for every request.</summary>
public sealed class GroupTables(IMetadataView metadata, ReplicaMaps maps)
{
    /// <summary>In order of keys.</summary>
    public List<KeyRange> RangesOf(GroupId group)
    {
        var ranges = new List<KeyRange>();
        foreach (var (table, map) in Tables().OrderBy(static one => one.Table.Value))
        {
            ranges.AddRange(map.Groups.Where(one => one.Id == group).SelectMany(static one => one.Ranges).Select(span => KeyRange.OfTokens(table, span.Start, span.End)));
        }

        return ranges;
    }

    /// <summary>The groups that the table's tokens above <paramref name="after"/> and up to <paramref name="end"/> belong to; none of a leaderless table.</summary>
    public IEnumerable<GroupId> GroupsOf(StorageId table, Token after, Token end) =>
        from one in Tables()
        where one.Table == table
        from @group in one.Map.Groups
        where @group.Ranges.Any(range => range.Start.Value < end.Value && range.End.Value > after.Value)
        select @group.Id;

    /// <summary>The group that the token belongs to.</summary>
    public GroupId? GroupOf(StorageId table, Token token)
    {
        foreach (var (one, map) in Tables())
        {
            if (one == table)
            {
                return map.GroupOf(token)?.Id;
            }
        }

        return null;
    }

    private IEnumerable<(StorageId Table, ReplicaMap Map)> Tables()
    {
        foreach (var keyspace in metadata.Current.Keyspaces.Values)
        {
            if (keyspace.IsLeaderBased && maps.For(keyspace.Name) is { } map)
            {
                foreach (var table in keyspace.Tables.Values)
                {
                    yield return (table.StorageId, map);
                }
            }
        }
    }
}
