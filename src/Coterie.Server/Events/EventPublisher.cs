using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Server.Connections;
using Coterie.Server.Protocol;

namespace Coterie.Server.Events;

/// <summary>
/// Tells clients what changes: nodes up and down, new nodes, the schema. Each node tells its own clients, from its own metadata and its own
/// opinion. A peer is called up only when it takes CQL connections: it answers heartbeats before that, and a driver that came too early
/// would take it for down again.
/// </summary>
internal sealed class EventPublisher : IAsyncDisposable
{
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(200);

    private readonly CqlListener _listener;
    private readonly IMetadataView _metadata;
    private readonly ILiveness _liveness;
    private readonly INetwork _network;
    private readonly TimeProvider _time;
    private readonly NodeId _self;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<NodeId, Task> _probes = [];

    public EventPublisher(CqlListener listener, IMetadataView metadata, ILiveness liveness, INetwork network, TimeProvider time, NodeId self)
    {
        _listener = listener;
        _metadata = metadata;
        _liveness = liveness;
        _network = network;
        _time = time;
        _self = self;
    }

    public void Start()
    {
        _metadata.Changed += OnMetadata;
        _liveness.Changed += OnLiveness;
    }

    public async ValueTask DisposeAsync()
    {
        _metadata.Changed -= OnMetadata;
        _liveness.Changed -= OnLiveness;
        _stopping.Cancel();
        Task[] probes;
        lock (_gate)
        {
            probes = [.. _probes.Values];
        }

        await Task.WhenAll(probes);
        _stopping.Dispose();
    }

    private void OnMetadata(ClusterMetadata before, ClusterMetadata after)
    {
        foreach (var change in SchemaDifference.Between(before, after))
        {
            Publish(EventTypes.SchemaChange, change.WriteEvent);
        }

        foreach (var node in after.Nodes.Values)
        {
            if (node.Id != _self && !before.Nodes.ContainsKey(node.Id))
            {
                Publish(EventTypes.TopologyChange, frame => NodeEventMessage.WriteNewNode(frame, node.CqlAddress));
            }
        }
    }

    private void OnLiveness(NodeId id, bool isAlive)
    {
        if (!_metadata.Current.Nodes.TryGetValue(id, out var node))
        {
            return;
        }

        if (!isAlive)
        {
            Publish(EventTypes.StatusChange, frame => NodeEventMessage.WriteStatus(frame, isUp: false, node.CqlAddress));
            return;
        }

        lock (_gate)
        {
            if (!_stopping.IsCancellationRequested && (!_probes.TryGetValue(id, out var running) || running.IsCompleted))
            {
                _probes[id] = AnnounceUpAsync(node);
            }
        }
    }

    /// <summary>Waits until the peer takes CQL connections, then says that it is up; unless it is down again before that.</summary>
    private async Task AnnounceUpAsync(NodeInfo node)
    {
        try
        {
            // Elsewhere than in the failure detector's call, and not under the gate.
            await Task.Yield();
            while (!await AcceptsAsync(node))
            {
                await Task.Delay(ProbePause, _time, _stopping.Token);
                if (!_liveness.IsAlive(node.Id))
                {
                    return;
                }
            }

            if (_liveness.IsAlive(node.Id))
            {
                Publish(EventTypes.StatusChange, frame => NodeEventMessage.WriteStatus(frame, isUp: true, node.CqlAddress));
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task<bool> AcceptsAsync(NodeInfo node)
    {
        try
        {
            var local = new System.Net.IPEndPoint(_metadata.Current.Nodes[_self].CqlAddress.Address, 0);
            await using var connection = await _network.ConnectAsync(local, node.CqlAddress, _stopping.Token);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Publish(EventTypes type, Action<FrameWriter> body)
    {
        var frame = new FrameWriter();
        frame.BeginFrame(FrameFlags.None);
        body(frame);
        frame.EndFrame(Opcode.Event, FrameHeader.EventStream);
        _listener.Publish(type, frame.Written);
        frame.Clear();
    }
}
