using System.Net;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>One connection as it is now, for <c>status</c> and metrics.</summary>
/// <param name="ClockSkew">How far the peer's wall clock was ahead at the handshake; null while not connected.</param>
public sealed record PeerSnapshot(
    NodeId? Node,
    IPEndPoint Address,
    ConnectionClass Class,
    bool IsConnected,
    TimeSpan? ClockSkew,
    int InFlight,
    int QueuedBytes,
    int FailedAttempts);
