using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// The entries that this node knows to be decided, and the metadata that they add up to. An entry is durable before it is applied, so
/// what this node has shown to anyone it still knows after a crash.
/// </summary>
/// <remarks>
/// Invariants: the store holds the entries 1 to <c>Current.Epoch</c> without a gap; <see cref="Current"/> is what they give when
/// applied in order. One entry is learned at a time.
/// </remarks>
internal sealed class MetadataLog : IMetadataView, IDisposable
{
    private readonly NodeId _self;
    private readonly IMetadataStore _store;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile ClusterMetadata _current;
    private volatile AwaitedEntry? _awaited;

    /// <param name="self">This node: a cluster that is formed without it is none of its business.</param>
    /// <param name="beforeFormation">The value at epoch 0: nothing but the voters of the first entry.</param>
    /// <exception cref="MalformedDataException">An entry in the store is damaged; the message names it.</exception>
    public MetadataLog(NodeId self, IMetadataStore store, ClusterMetadata beforeFormation)
    {
        _self = self;
        _store = store;
        _current = beforeFormation;
        while (Entry(_current.Epoch.Next) is { } entry)
        {
            var epoch = _current.Epoch.Next;
            try
            {
                _current = MetadataTransition.Apply(_current, LogEntry.Decode(entry).Change).Metadata;
            }
            catch (MalformedDataException problem)
            {
                throw new MalformedDataException($"entry {epoch} of the metadata log in this node's store: {problem.Message}");
            }
        }
    }

    public ClusterMetadata Current => _current;

    public event Action<ClusterMetadata, ClusterMetadata>? Changed;

    /// <summary>Two different entries for one epoch: agreement is broken, and this node must stop.</summary>
    public event Action<BrokenInvariantException>? Broken;

    /// <summary>The decided entry of an epoch, or null: not known here.</summary>
    public byte[]? Entry(Epoch epoch) => _store.Get($"log/{epoch}");

    /// <summary>From now on looks out for the entry with this id, whoever brings it. One at a time.</summary>
    public AwaitedEntry Await(Guid id) => _awaited = new AwaitedEntry(id);

    public void Forget(AwaitedEntry awaited) => Interlocked.CompareExchange(ref _awaited, null, awaited);

    /// <summary>
    /// Takes a decided entry: makes it durable, applies it, tells who listens. An epoch that is applied already is left alone; false if
    /// the entries between are missing, or form a cluster without this node.
    /// </summary>
    /// <exception cref="MalformedDataException">Not an entry; nothing was done.</exception>
    /// <exception cref="IOException">It could not be made durable; nothing was applied.</exception>
    public async Task<bool> LearnAsync(Epoch epoch, ReadOnlyMemory<byte> encoded)
    {
        var entry = LogEntry.Decode(encoded.Span);
        await _turn.WaitAsync();
        try
        {
            if (epoch <= _current.Epoch)
            {
                CheckAgreement(epoch, encoded.Span);
                return true;
            }

            if (epoch > _current.Epoch.Next || (entry.Change is FormCluster form && !form.Nodes.Any(node => node.Id == _self)))
            {
                return false;
            }

            await _store.PutAsync($"log/{epoch}", encoded);
            Apply(entry);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private void Apply(LogEntry entry)
    {
        var before = _current;
        var outcome = MetadataTransition.Apply(before, entry.Change);
        _current = outcome.Metadata;
        if (_awaited is { } awaited && awaited.Id == entry.Id)
        {
            awaited.Outcome = outcome;
        }

        Changed?.Invoke(before, outcome.Metadata);
    }

    private void CheckAgreement(Epoch epoch, ReadOnlySpan<byte> encoded)
    {
        if (!encoded.SequenceEqual(Entry(epoch)))
        {
            var broken = new BrokenInvariantException($"epoch {epoch} of the metadata log has one entry");
            Broken?.Invoke(broken);
            throw broken;
        }
    }

    /// <summary>An entry that this node has proposed. Its outcome is there as soon as it has been applied, whoever had it decided.</summary>
    public sealed class AwaitedEntry(Guid id)
    {
        private volatile ChangeOutcome? _outcome;

        public Guid Id { get; } = id;

        public ChangeOutcome? Outcome
        {
            get => _outcome;
            set => _outcome = value;
        }
    }
}
