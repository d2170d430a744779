using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Model.Mutations;

/// <summary>
/// Writes a mutation of one partition as it travels and as it is stored: storage id, token, formation time, partition key, then entries
/// (entry key, encoded row). Entries may come in any order; equal keys are merged by the replica like any two writes.
/// </summary>
public ref struct MutationWriter
{
    public MutationWriter(IBufferWriter<byte> destination, StorageId table, Token token, FormationTime formed, ReadOnlySpan<byte> partitionKey) =>
        throw new NotImplementedException();

    public void Entry(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row) => throw new NotImplementedException();

    /// <summary>Ends the mutation. Without entries it is malformed: do not send it.</summary>
    public void Finish() => throw new NotImplementedException();
}
