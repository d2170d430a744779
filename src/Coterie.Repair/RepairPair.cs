using Coterie.Model.Ids;

namespace Coterie.Repair;

/// <summary>How a table stands with one other replica of it, over all ranges that the two share.</summary>
/// <param name="Peer">The other replica.</param>
/// <param name="EqualAt">
/// What both had written before then was the same on both, in every range; null: not known of some range since this node started.
/// </param>
/// <param name="Failure">Why the last comparison of some range failed; null: none did.</param>
public sealed record RepairPair(string Keyspace, string Table, NodeId Peer, DateTimeOffset? EqualAt, string? Failure);
