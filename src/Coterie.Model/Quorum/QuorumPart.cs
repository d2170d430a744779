namespace Coterie.Model.Quorum;

/// <summary>So many replicas of a group.</summary>
/// <param name="Datacenter">The group; null: all replicas.</param>
public readonly record struct QuorumPart(NodeSet Group, int Count, int? Datacenter);
