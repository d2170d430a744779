using System.Buffers;
using Coterie.Coordinator.Reads.Reconciliation;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Reads.Repair;

/// <summary>Turns what a replica lacks into mutations, each of one partition and of a size that a replica takes.</summary>
internal static class RepairMutations
{
    private const int BytesWanted = 1024 * 1024;

    /// <param name="formed">
    /// When the repair counts as formed: the read's own now. The mutations that it repeats are older, but how much is not known; a repair says only
    /// what a replica still held at that time.
    /// </param>
    public static List<byte[]> Of(IReadOnlyList<PartitionRepair> repairs, StorageId table, FormationTime formed)
    {
        var mutations = new List<byte[]>();
        var destination = new ArrayBufferWriter<byte>();
        foreach (var repair in repairs)
        {
            for (var next = 0; next < repair.Entries.Count;)
            {
                destination.ResetWrittenCount();
                var writer = new MutationWriter(destination, table, repair.Token, formed, repair.PartitionKey.Span);
                var entries = 0;
                do
                {
                    writer.Entry(repair.Entries[next].EntryKey.Span, repair.Entries[next].Row.Span);
                    next++;
                    entries++;
                }
                while (next < repair.Entries.Count && entries < Limits.MutationEntriesMax
                    && destination.WrittenCount + repair.Entries[next].Row.Length < BytesWanted);

                writer.Finish();
                mutations.Add(destination.WrittenSpan.ToArray());
            }
        }

        return mutations;
    }

    /// <summary>Everything that anyone lacked, for a replica of which nothing is known. Entries lacked by several are sent once for each: a merge takes no harm.</summary>
    public static List<byte[]> OfAll(IReadOnlyList<List<PartitionRepair>> lacks, StorageId table, FormationTime formed)
    {
        var all = new List<PartitionRepair>();
        foreach (var repairs in lacks)
        {
            all.AddRange(repairs);
        }

        return Of(all, table, formed);
    }
}
