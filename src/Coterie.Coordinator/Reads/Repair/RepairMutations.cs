using System.Buffers;
using Coterie.Coordinator.Reads.Reconciliation;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Reads.Repair;

/// <summary>Turns what a replica lacks into read repairs: mutations, each of one partition and of a size that a replica takes, with a horizon in front.</summary>
internal static class RepairMutations
{
    private const int BytesWanted = 1024 * 1024;

    /// <summary>A row with more bytes goes in parts; with its keys and its head a part must be a mutation that a replica takes.</summary>
    private const int RowBytesWanted = Limits.RowBytesMax / 2;

    /// <param name="repairs">What it lacks.</param>
    /// <param name="table">Of which table.</param>
    /// <param name="formed">
    /// When the repair counts as formed: the read's own now. The mutations that it repeats are older, but how much is not known; a repair says only
    /// what a replica still held at that time.
    /// </param>
    /// <param name="horizon">The least under which any of it was read: a replica that has swept with a later one refuses.</param>
    public static List<byte[]> Of(IReadOnlyList<PartitionRepair> repairs, StorageId table, FormationTime formed, FormationTime horizon)
    {
        var mutations = new List<byte[]>();
        var destination = new ArrayBufferWriter<byte>();
        foreach (var repair in repairs)
        {
            var entries = Sendable(repair.Entries);
            for (var next = 0; next < entries.Count;)
            {
                destination.ResetWrittenCount();
                ReadReply.Begin(horizon, destination);
                var writer = new MutationWriter(destination, table, repair.Token, formed, repair.PartitionKey.Span);
                var count = 0;
                do
                {
                    writer.Entry(entries[next].EntryKey.Span, entries[next].Row.Span);
                    next++;
                    count++;
                }
                while (next < entries.Count && count < Limits.MutationEntriesMax
                    && destination.WrittenCount + entries[next].Row.Length < BytesWanted);

                writer.Finish();
                mutations.Add(destination.WrittenSpan.ToArray());
            }
        }

        return mutations;
    }

    /// <summary>Everything that anyone lacked, for a replica of which nothing is known. Entries lacked by several are sent once for each: a merge takes no harm.</summary>
    public static List<byte[]> OfAll(IReadOnlyList<List<PartitionRepair>> lacks, StorageId table, FormationTime formed, FormationTime horizon)
    {
        var all = new List<PartitionRepair>();
        foreach (var repairs in lacks)
        {
            all.AddRange(repairs);
        }

        return Of(all, table, formed, horizon);
    }

    /// <summary>The entries, with rows that have grown beyond what one write may be cut into parts that one write may be.</summary>
    private static List<RowEntry> Sendable(List<RowEntry> entries)
    {
        if (!entries.Exists(static entry => entry.Row.Length > Limits.CollectionElementsMax))
        {
            return entries;
        }

        var sendable = new List<RowEntry>(entries.Count);
        foreach (var entry in entries)
        {
            foreach (var part in RowParts.Of(entry.Row, RowBytesWanted, Limits.CollectionElementsMax))
            {
                sendable.Add(new RowEntry(entry.EntryKey, part));
            }
        }

        return sendable;
    }
}
