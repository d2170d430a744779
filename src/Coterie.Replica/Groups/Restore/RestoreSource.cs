using Coterie.Model.Ids;
using Coterie.Raft;

namespace Coterie.Replica.Groups.Restore;

/// <summary>What a member tells others that lack rows, or have lost their disks.</summary>
internal sealed class RestoreSource(GroupMember member, GroupParts parts, RaftCore core)
{
    private readonly bool[] _heardPassive = new bool[member.Group.Nodes.Length];

    /// <summary>Under the lock: a reply to what the leader has sent, which says whether who sent it counts.</summary>
    public void Heard(RaftMessage message) => _heardPassive[message.From] = message.IsPassive;

    /// <summary>To one that has lost its disk.</summary>
    public TermReply TermFor(NodeId asker)
    {
        lock (member.Gate)
        {
            var index = member.Group.Nodes.IndexOf(asker);
            if (index >= 0)
            {
                core.Forget(index);
            }

            // Only who has heard that the asker counts for nothing commits without its acknowledgements, even if some that are older come late.
            var leads = index >= 0 && _heardPassive[index] && core is { Role: RaftRole.Leader, KnowsCommitted: true };
            return new TermReply(core.Term, leads ? core.Log.Committed : TermReply.NotLeading);
        }
    }

    /// <summary>The greatest stamp of what is here, if all rows up to the index are; else null.</summary>
    public long? StampIfApplied(long index)
    {
        lock (member.Gate)
        {
            return member.Applied >= index && !parts.Closed.Contains(member.Group.Id) ? member.Stamp : null;
        }
    }
}
