using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Raft;

namespace Coterie.Replica.Groups;

/// <summary>One member of a group, as it is now.</summary>
/// <param name="Leader">As far as this member knows.</param>
/// <param name="Committed">Index of the last entry known to be committed.</param>
/// <param name="Applied">Index of the last entry that is in the tables.</param>
/// <param name="LogBytes">Of the entries kept.</param>
/// <param name="LeaderChanges">How often this member has learnt of another leader than before, since the node started; the first counts.</param>
/// <param name="IsPassive">It has lost its disk, and does not count before it has everything back.</param>
/// <param name="IsClosed">Rows are missing here; reads are refused.</param>
public readonly record struct GroupStatus(
    ReplicaGroup Group, RaftRole Role, long Term, NodeId? Leader, long Committed, long Applied, long LogBytes, long LeaderChanges, bool IsPassive, bool IsClosed);
