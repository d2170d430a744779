using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Server.Connections;
using Microsoft.Extensions.Logging;

namespace Coterie.Server.Limit;

/// <summary>
/// A node with everything taken out that is not sockets: clients' frames come in and go to the replicas over the node's own connections,
/// answers come back and go out at R or W, and nothing is parsed, merged or stored. What it reaches no real node of this design can, so it tells
/// how much of the time a real one spends on its own work.
/// </summary>
/// <remarks>The connections, the messenger, their frames and their flushes are the product's own; only what answers at both ends is different.</remarks>
public sealed class LimitNode : IAsyncDisposable
{
    private readonly LimitNodeParts _parts;
    private readonly Messenger _messenger;
    private readonly CqlListener _listener;
    private readonly StaticMembers _members;

    public LimitNode(LimitNodeParts parts)
    {
        _parts = parts;
        _members = new StaticMembers(parts.Peers);
        _messenger = new Messenger(new MessengerParts
        {
            Self = StaticMembers.IdOf(parts.Index),
            Address = parts.Peers[parts.Index],
            Network = parts.Network,
            Time = parts.Time,
            Random = parts.Random,
            Logger = parts.Logging.CreateLogger<Messenger>(),
            Broken = static _ => { },
        });
        _messenger.Register(Verb.Mutate, new LimitHandler([]));
        _messenger.Register(Verb.Read, new LimitHandler(new byte[parts.ValueBytes]));
        var dispatcher = new LimitDispatcher(_messenger, _members.FromSelf(parts.Index), parts.ValueBytes);
        _listener = new CqlListener(
            new ConnectionServices(dispatcher, new RequestPool(new RequestBudget()), parts.Time, Counters, parts.Logging.CreateLogger<CqlListener>()),
            new ListenerOptions());
    }

    public ServerCounters Counters { get; } = new();

    /// <summary>Frames that this node has sent, to clients and to peers: every frame of the cluster is sent by somebody, once.</summary>
    public long FramesSent => Counters.Responses + _messenger.Counters.FramesSent;

    /// <summary>Times that it handed frames to the network: what a frame costs is mostly its share of these.</summary>
    public long Flushes => Counters.Flushes + _messenger.Counters.Flushes;

    /// <exception cref="IOException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _messenger.StartAsync(_members, _members, cancellationToken);
        await _listener.StartAsync(_parts.Network, _parts.CqlAddress, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _messenger.DisposeAsync();
    }
}

/// <param name="Index">Which of the peers this node is.</param>
/// <param name="ValueBytes">Of the value that a read brings.</param>
public sealed record LimitNodeParts(
    int Index,
    ImmutableArray<IPEndPoint> Peers,
    IPEndPoint CqlAddress,
    int ValueBytes,
    INetwork Network,
    TimeProvider Time,
    Random Random,
    ILoggerFactory Logging);
