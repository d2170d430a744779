using System.Net;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// Sends requests to nodes by identity and brings back exactly one reply for each. The local node is addressed like any other and its
/// handler is called without a socket, so that there is one path to use and to test.
/// </summary>
public interface IMessenger
{
    /// <summary>
    /// Sends one request. <paramref name="body"/> is copied before this returns. Exactly one <see cref="IReplySink.OnReply"/> follows,
    /// at the latest when <paramref name="timeout"/> has passed; it may come before this returns and on another thread.
    /// Never throws for the state of the network: an unreachable node is a reply with <see cref="ReplyStatus.Unreachable"/>.
    /// </summary>
    /// <param name="slot">Given back with the reply, so that one sink can wait for many.</param>
    void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot);

    /// <summary>
    /// The same, to whoever listens for peers at this address: for formation, when nobody's identity is known yet, and for the voters of
    /// the metadata log, who are named by address. This node's own peer address is answered by its own handlers. Two nodes may talk if
    /// either of them has no cluster id yet; two different cluster ids are refused by the handshake (<see cref="ReplyStatus.Unreachable"/>).
    /// </summary>
    void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot);
}

/// <summary>Waits for replies. Called on the thread that received them, so it must be short, must not block and must not throw.</summary>
public interface IReplySink
{
    /// <param name="body">Valid during the call only.</param>
    void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body);
}

/// <summary>How a request ended. Part of the wire format up to <see cref="Stale"/>; the rest is said by the local messenger.</summary>
public enum ReplyStatus : byte
{
    Ok = 0,

    /// <summary>The node refused for lack of room (queue full, pool full). Not applied.</summary>
    Overloaded = 1,

    /// <summary>The node could not do it (disk full, store stopped, broken request). Not acknowledged.</summary>
    Failed = 2,

    /// <summary>The node knows a later epoch in which the request has no place (table dropped, truncated). Not applied.</summary>
    Stale = 3,

    /// <summary>No answer in time. Whether it was done is unknown.</summary>
    Timeout = 100,

    /// <summary>No connection, or none that got as far as sending it. Nothing was done.</summary>
    Unreachable = 101,

    /// <summary>The connection broke before the answer. Whether it was done is unknown.</summary>
    Lost = 102,
}
