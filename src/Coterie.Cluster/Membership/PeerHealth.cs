using Coterie.Model.Ids;

namespace Coterie.Cluster.Membership;

/// <summary>What this node knows of one peer now, for <c>status</c> and metrics.</summary>
/// <param name="Phi">Suspicion; convicted from the threshold on.</param>
/// <param name="RoundTrip">Of the last answered heartbeat; null: none was answered yet.</param>
public sealed record PeerHealth(NodeId Node, bool IsAlive, double Phi, TimeSpan Silence, TimeSpan? RoundTrip);
