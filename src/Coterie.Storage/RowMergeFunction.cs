using System.Buffers;

namespace Coterie.Storage;

/// <summary>
/// Appends the join of two values to the destination. A node's engines are given <c>Coterie.Model.Rows.RowMerge.Merge</c>; it is handed in
/// so that the contract suite can also run over a join that it can predict.
/// </summary>
public delegate void RowMergeFunction(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination);
