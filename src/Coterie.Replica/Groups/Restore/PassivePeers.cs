using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Raft;

namespace Coterie.Replica.Groups.Restore;

/// <summary>Which other members have said that they count for nothing, and what is told to one that has lost its disk. Guarded by the member's lock.</summary>
internal sealed class PassivePeers(ReplicaGroup group, RaftCore core)
{
    private readonly bool[] _heard = new bool[group.Nodes.Length];

    /// <summary>A reply to what the leader has sent.</summary>
    public void Heard(RaftMessage message) => _heard[message.From] = message.IsPassive;

    public TermReply TermFor(NodeId asker)
    {
        var member = group.Nodes.IndexOf(asker);
        if (member >= 0)
        {
            core.Forget(member);
        }

        // Only who has heard that the asker counts for nothing commits without its acknowledgements, even if some that are older come late.
        var leads = member >= 0 && _heard[member] && core is { Role: RaftRole.Leader, KnowsCommitted: true };
        return new TermReply(core.Term, leads ? core.Log.Committed : TermReply.NotLeading);
    }
}
