using Coterie.Cluster.Metadata;

namespace Coterie.Cluster.Consensus.Paxos;

/// <summary>
/// The shell of <see cref="Acceptor"/>: reads an instance's state, takes the step, makes the new state durable, and only then answers.
/// One step at a time. If the store fails nothing is answered; the state may be the old or the new one, and either is safe, since
/// nobody was told.
/// </summary>
public sealed class DurableAcceptor(IMetadataStore store) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <exception cref="IOException">The promise could not be made durable: do not answer.</exception>
    public async Task<PrepareReply> PrepareAsync(InstanceKey instance, Ballot ballot)
    {
        await _turn.WaitAsync();
        try
        {
            var before = Load(instance);
            var (after, reply) = Acceptor.Prepare(before, ballot);
            await SaveAsync(instance, before, after);
            return reply;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <exception cref="IOException">The value could not be made durable: do not answer.</exception>
    public async Task<AcceptReply> AcceptAsync(InstanceKey instance, Ballot ballot, ReadOnlyMemory<byte> value)
    {
        await _turn.WaitAsync();
        try
        {
            var before = Load(instance);
            var (after, reply) = Acceptor.Accept(before, ballot, value);
            await SaveAsync(instance, before, after);
            return reply;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private AcceptorState Load(InstanceKey instance) => store.Get(StoreKey(instance)) is { } bytes ? AcceptorState.Decode(bytes) : AcceptorState.Initial;

    private Task SaveAsync(InstanceKey instance, AcceptorState before, AcceptorState after)
    {
        // A message that came twice changes nothing, and what is unchanged is durable already. Values are compared by their ballot:
        // a ballot has one value.
        var unchanged = before.Promised == after.Promised && before.Accepted == after.Accepted;
        return unchanged ? Task.CompletedTask : store.PutAsync(StoreKey(instance), after.Encode());
    }

    private static string StoreKey(InstanceKey instance) => $"paxos/{instance.Name}";
}
