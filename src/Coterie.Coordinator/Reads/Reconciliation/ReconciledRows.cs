using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Reads.Reconciliation;

/// <summary>What several replicas know together.</summary>
/// <param name="Partitions">Merged and shadowed, in the order of the read, up to where every replica has told all it knows.</param>
/// <param name="StoppedAfter">That place; null if all that was asked for is here.</param>
/// <param name="Lacks">For each response, by index: what that replica lacks of it.</param>
/// <param name="Horizon">The least under which any of it was read: what a repair with it carries.</param>
internal sealed record ReconciledRows(
    IReadOnlyList<PartitionRows> Partitions, ResumePoint? StoppedAfter, IReadOnlyList<List<PartitionRepair>> Lacks, FormationTime Horizon)
{
    public bool AnyoneLacks => AnyTokenLacked is not null;

    /// <summary>The token of something that somebody lacks; null: nobody lacks anything.</summary>
    public Token? AnyTokenLacked
    {
        get
        {
            foreach (var repairs in Lacks)
            {
                if (repairs.Count > 0)
                {
                    return repairs[0].Token;
                }
            }

            return null;
        }
    }
}
