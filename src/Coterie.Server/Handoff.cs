using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Batches;
using Coterie.Coordinator.Hints;
using Coterie.Model.Ids;
using Coterie.Replica;
using Coterie.Replica.Hints;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Server;

/// <summary>
/// What a node does by itself about what others have missed: the store of hints and batches, and the two loops that give them back. Made once there is
/// metadata; it begins at once.
/// </summary>
internal sealed class Handoff : IAsyncDisposable
{
    private readonly HintKeeper _keeper;
    private readonly HintReplayer _hints;
    private readonly BatchReplayer _batches;

    public Handoff(NodeParts parts, IMessenger messenger, IMetadataView metadata, ReplicaMaps maps, ILiveness liveness, HintKeeper keeper, NodeId self)
    {
        _keeper = keeper;
        _hints = new HintReplayer(messenger, metadata, liveness, keeper, parts.Time, self, parts.Logging.CreateLogger<HintReplayer>());
        _batches = new BatchReplayer(
            messenger, metadata, maps, liveness, keeper, parts.Time, self, parts.Options.Timeouts.Write, parts.Logging.CreateLogger<BatchReplayer>());
        _hints.Start();
        _batches.Start();
    }

    /// <returns>The store of batches, to be counted.</returns>
    public static BatchHandler RegisterHandlers(Messenger messenger, NodeParts parts, IStorageWriter writer, NodeId self, ReplicaCounters counters)
    {
        var hints = new HintHandler(parts.Engine, writer, self, counters, parts.Logging.CreateLogger<HintHandler>());
        messenger.Register(Verb.HintStore, hints);
        messenger.Register(Verb.HintRead, hints);
        messenger.Register(Verb.HintForget, hints);
        var batches = new BatchHandler(parts.Engine, writer, self, parts.Time, counters, parts.Logging.CreateLogger<BatchHandler>());
        messenger.Register(Verb.BatchStore, batches);
        messenger.Register(Verb.BatchRead, batches);
        messenger.Register(Verb.BatchForget, batches);
        return batches;
    }

    public async ValueTask DisposeAsync()
    {
        await _batches.DisposeAsync();
        await _hints.DisposeAsync();
        _keeper.Dispose();
    }
}
