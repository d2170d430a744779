using System.Net;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Transport;

/// <summary>What a messenger is made of: everything that is not its own is handed in.</summary>
public sealed record MessengerParts
{
    public required NodeId Self { get; init; }

    /// <summary>Where this node listens for peers, and what it is called by them.</summary>
    public required IPEndPoint Address { get; init; }

    public required INetwork Network { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>For pauses between attempts. Used under a lock.</summary>
    public required Random Random { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Called once when a handler or a waiter met a broken invariant: whoever owns the node stops it.</summary>
    public required Action<Exception> Broken { get; init; }

    public TransportOptions Options { get; init; } = new();
}
