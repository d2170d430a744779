using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Replica.Deletes;

/// <summary>How far a table's tombstones can be swept, and the pair of replicas that must exchange for it to be further.</summary>
public readonly record struct HorizonLag(StorageId Table, FormationTime Horizon, NodeId Left, NodeId Right);
