using Coterie.Model.Ids;
using Coterie.Model.Reads;

namespace Coterie.Coordinator.Reads.Reconciliation;

/// <summary>What one replica lacks of one partition: entries as a mutation has them. The rows are those of the merged state.</summary>
internal sealed record PartitionRepair(Token Token, ReadOnlyMemory<byte> PartitionKey, List<RowEntry> Entries);
