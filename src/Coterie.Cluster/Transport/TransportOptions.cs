namespace Coterie.Cluster.Transport;

/// <summary>Settings of the transport. The defaults are for a cluster in one region.</summary>
public sealed record TransportOptions
{
    /// <summary>A connection, once opened, must have shaken hands within this time.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An attempt to reach a peer, handshake included, is given up after this time.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the first failed attempt; doubled with each further one, and shortened at random by up to half.</summary>
    public TimeSpan ReconnectPauseMin { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan ReconnectPauseMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How exactly time-outs are kept.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Bytes waiting to be sent on one connection. Over it requests are refused. One frame always fits if nothing else waits.</summary>
    public int QueuedBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Requests on one connection that wait for their answer.</summary>
    public int InFlightMax { get; init; } = 65_536;

    /// <summary>Connections that others have opened to this node.</summary>
    public int IncomingMax { get; init; } = 1_024;

    /// <summary>Requests, and their bytes, that wait until this node has caught up with their sender's epoch.</summary>
    public int HeldRequestsMax { get; init; } = 4_096;

    public int HeldBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>A peer whose wall clock is further away than this is refused; null: it is only measured.</summary>
    public TimeSpan? ClockSkewMax { get; init; } = TimeSpan.FromMinutes(10);
}
