using Coterie.Model.Trees;

namespace Coterie.Repair.Inspections;

/// <summary>Two replicas' trees at one range: parts of it with the hashes of both, or, where it is one leaf, its rows.</summary>
/// <param name="Range">What was asked about.</param>
/// <param name="Left">The whole range on one replica; unknown if some part is.</param>
/// <param name="Right">And on the other.</param>
/// <param name="Parts">In order of keys; none where it is one leaf.</param>
/// <param name="Leaf">Null: there are parts.</param>
public sealed record TreeLook(KeyRange Range, RangeHash Left, RangeHash Right, IReadOnlyList<TreePart> Parts, LeafLook? Leaf);

/// <summary>A part of a range, on both replicas.</summary>
public sealed record TreePart(KeyRange Range, RangeHash Left, RangeHash Right)
{
    /// <summary>Known to be: where one does not know its hash, it is not said to be equal.</summary>
    public bool IsEqual => Left.IsKnown && Right.IsKnown && Left.Hash == Right.Hash && Left.Count == Right.Count;
}

/// <summary>The rows of a leaf.</summary>
/// <param name="Left">How many one replica has.</param>
/// <param name="Right">How many the other has.</param>
/// <param name="Different">How many differ, or are on one only.</param>
/// <param name="Rows">The first of those that differ, in order of keys.</param>
public sealed record LeafLook(int Left, int Right, int Different, IReadOnlyList<RowPair> Rows);

/// <summary>A row that two replicas do not have alike.</summary>
/// <param name="Left">Null: that replica has none.</param>
/// <param name="Right">Null: that replica has none.</param>
public sealed record RowPair(byte[] Key, RowSummary? Left, RowSummary? Right);
