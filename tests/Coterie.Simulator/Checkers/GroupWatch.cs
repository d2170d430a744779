using Coterie.Model.Ids;
using Coterie.Raft;
using Coterie.Simulator.Cluster;

namespace Coterie.Simulator.Checkers;

/// <summary>What one member of a group says of itself.</summary>
public readonly record struct GroupView(GroupId Group, RaftRole Role, long Term, long Committed, long Applied);

/// <summary>
/// Looks at the members of groups on all nodes now and then, and remembers the first sign that Raft's safety is gone: a second leader in a term, a
/// term or a committed index that falls while the process lives, something applied that is not committed.
/// </summary>
public sealed class GroupWatch
{
    private readonly Dictionary<(GroupId Group, long Term), string> _leaders = [];
    private readonly Dictionary<(string Node, GroupId Group), (object Process, GroupView View)> _last = [];

    /// <summary>What was wrong first, or null.</summary>
    public string? Wrong { get; private set; }

    /// <summary>How many terms had a leader that was seen.</summary>
    public int Leaders => _leaders.Count;

    public void Observe(SimulatedNode node)
    {
        if (node.Node is { } running && node.Machine.Process is { } process)
        {
            foreach (var status in running.Groups)
            {
                Observe(node.Machine.Name, process, new GroupView(status.Group.Id, status.Role, status.Term, status.Committed, status.Applied));
            }
        }
    }

    /// <param name="process">What a member forgets, it forgets with its process.</param>
    public void Observe(string node, object process, GroupView now)
    {
        if (now.Role == RaftRole.Leader && !_leaders.TryAdd((now.Group, now.Term), node) && _leaders[(now.Group, now.Term)] is var other && other != node)
        {
            Wrong ??= $"group {now.Group} had two leaders in term {now.Term}, {other} and {node}";
        }

        if (now.Applied > now.Committed)
        {
            Wrong ??= $"{node} applied {now.Applied} of group {now.Group}, of which {now.Committed} is committed";
        }

        var key = (node, now.Group);
        if (_last.TryGetValue(key, out var last) && ReferenceEquals(last.Process, process))
        {
            Compare(node, last.View, now);
        }

        _last[key] = (process, now);
    }

    private void Compare(string node, GroupView before, GroupView now)
    {
        if (now.Committed < before.Committed || now.Applied < before.Applied || now.Term < before.Term)
        {
            Wrong ??= $"{node} went back in group {now.Group}: from {before} to {now}";
        }
    }
}
