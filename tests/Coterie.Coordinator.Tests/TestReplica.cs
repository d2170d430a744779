using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Replica;
using Coterie.Replica.Deletes;
using Coterie.Replica.Hints;
using Coterie.Replica.Mutations;
using Coterie.Replica.Reads;
using Coterie.Storage;
using Coterie.Storage.Memory;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Coordinator.Tests;

/// <summary>The real handlers of a replica over a memory engine, with a writer that commits at once.</summary>
internal sealed class TestReplica : IReplyChannel, IStorageWriter
{
    private readonly StorageBatch _batch = new();
    private readonly MutationHandler _mutations;
    private readonly ReadHandler _reads;
    private readonly HintHandler _hints;
    private readonly BatchHandler _batches;
    private (ReplyStatus Status, byte[] Body)? _reply;

    public TestReplica(IMetadataView metadata, NodeId self, TimeProvider time)
    {
        var tables = new LiveTables(new Late(metadata));
        var counters = new ReplicaCounters();
        Engine = new MemoryEngine(new MemoryDisk(), TimeProviderOfTests, () => TimeSpan.Zero, RowMerge.Merge);
        var horizons = new Horizons(
            TestReplicas.Node(0), Engine, this, new Late(metadata), new ReplicaMaps(new Late(metadata), "a"), TimeProviderOfTests, new HorizonsOptions());
        _mutations = new MutationHandler(this, tables, horizons, TimeProviderOfTests, counters, NullLogger<MutationHandler>.Instance);
        _reads = new ReadHandler(Engine, tables, horizons, TimeProviderOfTests, counters, NullLogger<ReadHandler>.Instance);
        _hints = new HintHandler(Engine, this, self, counters, NullLogger<HintHandler>.Instance);
        _batches = new BatchHandler(Engine, this, self, time, counters, NullLogger<BatchHandler>.Instance);
    }

    private static TimeProvider TimeProviderOfTests { get; } = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();

    public MemoryEngine Engine { get; }

    /// <summary>What the writer says of what comes next.</summary>
    public WriteResult WritesEnd { get; set; }

    public (ReplyStatus Status, byte[] Body) Handle(Verb verb, byte[] body, int from = 0)
    {
        lock (_batch)
        {
            _reply = null;
            var request = new Request(TestReplicas.Node(from), verb, body, long.MaxValue, new ReplyTo(this, 1));
            IRequestHandler handler = verb switch
            {
                Verb.Mutate or Verb.Replay or Verb.ReadRepair => _mutations,
                Verb.Read => _reads,
                Verb.HintStore or Verb.HintRead or Verb.HintForget => _hints,
                _ => _batches,
            };
            handler.Handle(request);
            return _reply!.Value;
        }
    }

    void IReplyChannel.Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body) => _reply = (status, body.ToArray());

    bool IStorageWriter.TryEnqueue(IPendingWrite write)
    {
        if (WritesEnd == WriteResult.Durable)
        {
            _batch.Clear();
            write.AppendTo(_batch);
            var commit = Engine.CommitAsync(_batch);
            Assert.True(commit.IsCompletedSuccessfully);
        }

        write.Completed(WritesEnd);
        return true;
    }

    /// <summary>The cluster's metadata is made after its replicas.</summary>
    private sealed class Late(IMetadataView metadata) : IMetadataView
    {
        public event Action<Model.Metadata.ClusterMetadata, Model.Metadata.ClusterMetadata>? Changed
        {
            add { }
            remove { }
        }

        public Model.Metadata.ClusterMetadata Current => metadata.Current ?? Model.Metadata.ClusterMetadata.Empty;
    }
}
