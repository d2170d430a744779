using System.Collections.Immutable;
using Coterie.Model.Ids;

namespace Coterie.Replica.Groups;

/// <summary>Groups whose rows are not all here: their reads are refused, so that the coordinator asks another replica. Asked by every read, and almost always empty.</summary>
public sealed class ClosedGroups(GroupTables tables)
{
    private readonly Lock _gate = new();
    private volatile ImmutableHashSet<GroupId> _closed = [];

    public bool Contains(GroupId group) => _closed.Contains(group);

    public bool Contains(StorageId table, Token token)
    {
        var closed = _closed;
        return !closed.IsEmpty && tables.GroupOf(table, token) is { } group && closed.Contains(group);
    }

    /// <summary>Any of the tokens above <paramref name="after"/> and up to <paramref name="end"/>.</summary>
    public bool Contains(StorageId table, Token after, Token end)
    {
        var closed = _closed;
        return !closed.IsEmpty && tables.GroupsOf(table, after, end).Any(closed.Contains);
    }

    public void Set(GroupId group, bool isClosed)
    {
        lock (_gate)
        {
            _closed = isClosed ? _closed.Add(group) : _closed.Remove(group);
        }
    }
}
