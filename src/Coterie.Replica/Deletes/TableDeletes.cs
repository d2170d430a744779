using Coterie.Cluster.Ring;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Replica.Deletes;

/// <summary>One group of one table, as the request path asks for it: one field, read without a lock. Changed under the lock of its owner.</summary>
internal sealed class GroupEntry(StorageId table, ReplicaGroup group, GroupState state, bool isMember)
{
    private volatile GroupState _state = state;

    public StorageId Table { get; } = table;

    public ReplicaGroup Group { get; } = group;

    /// <summary>This node is one of the group's replicas.</summary>
    public bool IsMember { get; } = isMember;

    public GroupState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Exchanges begun and not ended, by peer.</summary>
    public Dictionary<NodeId, BegunExchange> Begun { get; } = [];
}

/// <summary>An exchange as it began: which incarnations it is of, and whether it can make this node complete.</summary>
internal sealed record BegunExchange(FormationTime At, PairCuts Cuts, bool Counts);

/// <summary>All groups of one table by token, for the request path. Immutable but for what its entries hold.</summary>
internal sealed class TableDeletes
{
    private readonly long[] _ends;
    private readonly GroupEntry[] _groups;
    private long _floor;

    public TableDeletes(DeletionRules rules, IReadOnlyList<GroupEntry> entries)
    {
        Rules = rules;
        Entries = entries;
        var spans = entries.SelectMany(entry => entry.Group.Ranges.Select(range => (End: range.End.Value, Entry: entry))).OrderBy(span => span.End).ToList();
        _ends = [.. spans.Select(span => span.End)];
        _groups = [.. spans.Select(span => span.Entry)];
        RaiseFloor();
    }

    public DeletionRules Rules { get; }

    public IReadOnlyList<GroupEntry> Entries { get; }

    public FormationTime Floor => new(Volatile.Read(ref _floor));

    /// <summary>Null before formation.</summary>
    public GroupEntry? Of(Token token)
    {
        if (_groups.Length == 1)
        {
            return _groups[0];
        }

        var index = Array.BinarySearch(_ends, token.Value);
        index = index < 0 ? ~index : index;
        return index < _groups.Length ? _groups[index] : null;
    }

    /// <summary>After a group's floor has risen.</summary>
    public void RaiseFloor() => Volatile.Write(ref _floor, Entries.Count == 0 ? 0 : Entries.Max(entry => entry.State.Floor.Milliseconds));
}
