using Coterie.Model.Ids;

namespace Coterie.Cluster.Ring;

/// <summary>
/// The tokens t with <see cref="Start"/> &lt; t ≤ <see cref="End"/>, and who keeps them. Never wraps: the arc across the end of the ring
/// is two ranges. A start of <see cref="Token.Minimum"/> leaves nothing out, since that is no key's token.
/// </summary>
public readonly record struct TokenRange(Token Start, Token End, ReplicaSet Replicas);
