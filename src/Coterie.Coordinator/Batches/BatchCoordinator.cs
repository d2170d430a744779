using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Hints;
using Coterie.Coordinator.Quorums;
using Coterie.Coordinator.Writes;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Batches;

/// <summary>
/// Keeps the batch here and at one other live node before anything of it is sent; then writes it as any other; then, if every write met its level, has it
/// forgotten. Whatever ends in between, someone has the whole of it, and finishes it.
/// </summary>
/// <remarks>
/// Forgotten only when every write has succeeded: then each is on as many replicas as were asked for, and those that missed it have their hints, or will be
/// repaired as after any write. After anything else the record stays, and <see cref="BatchReplayer"/> is who decides.
/// A client that is told Unavailable may rely on nothing having been applied: so that is found out before the record is stored, and not said after.
/// </remarks>
public sealed class BatchCoordinator(
    IMessenger messenger, IMetadataView metadata, ReplicaMaps maps, ILiveness liveness, IWriteCoordinator writes, HintKeeper hints, NodeId self, IdSource ids)
    : IBatchCoordinator
{
    /// <summary>How many nodes are asked, one after the other, to keep the batch too.</summary>
    private const int AttemptsMax = 3;

    public async ValueTask<BatchOutcome> WriteAsync(IReadOnlyList<WriteRequest> requests, TimeSpan timeout)
    {
        if (FirstUnavailable(requests) is { } unavailable)
        {
            return new BatchOutcome(null, [unavailable]);
        }

        var id = ids.NextGuid();
        var holders = new List<NodeId>();
        if (!await StoreAsync(id, requests, holders, timeout))
        {
            hints.Counters.BatchRefused();
            Forget(id, holders, timeout);
            return new BatchOutcome(false, []);
        }

        hints.Counters.BatchStored();
        var outcomes = await WriteAllAsync(requests);
        if (Array.TrueForAll(outcomes, static outcome => outcome.Outcome.IsSuccess))
        {
            Forget(id, holders, timeout);
        }

        return new BatchOutcome(true, outcomes);
    }

    private WriteOutcome? FirstUnavailable(IReadOnlyList<WriteRequest> requests)
    {
        var tally = new ResponseTally();
        foreach (var request in requests)
        {
            var replicas = maps.For(request.Keyspace.Name)?.Lookup(request.Token) ?? ReplicaSet.Empty;
            var alive = new bool[replicas.Count];
            for (var slot = 0; slot < alive.Length; slot++)
            {
                alive[slot] = liveness.IsAlive(replicas.Nodes[slot]);
            }

            tally.Begin(replicas, request.Keyspace.Replication, request.Requirement, alive);
            var hintsDo = request.Requirement.HintsCount && hints.Options.Window > TimeSpan.Zero;
            if (tally.IsUnavailable(out var required, out var aliveCount) && !hintsDo)
            {
                return new WriteOutcome(new RequestOutcome(RequestResult.Unavailable, required, aliveCount, 0, DataPresent: false), null);
            }
        }

        return null;
    }

    /// <param name="holders">Filled with all that were asked, whether they have it or not.</param>
    private async Task<bool> StoreAsync(Guid id, IReadOnlyList<WriteRequest> requests, List<NodeId> holders, TimeSpan timeout)
    {
        var mutations = new ReadOnlyMemory<byte>[requests.Count];
        for (var i = 0; i < mutations.Length; i++)
        {
            mutations[i] = requests[i].Mutation;
        }

        var size = BatchRecord.SizeOf(2, mutations);
        if (size > Limits.BatchRecordBytesMax)
        {
            throw new OverLimitException($"A logged batch of {size} bytes is too large: {Limits.BatchRecordBytesMax} are allowed");
        }

        var candidates = BatchHolders.Candidates(metadata.Current, self, liveness.IsAlive, id.GetHashCode());
        var own = messenger.AskAsync(self, Verb.BatchStore, Encoded(candidates.Count == 0 ? null : candidates[0]), timeout, CancellationToken.None);
        holders.Add(self);
        var kept = candidates.Count == 0;
        for (var i = 0; i < Math.Min(candidates.Count, AttemptsMax) && !kept; i++)
        {
            holders.Add(candidates[i]);
            var (_, status, _) = await messenger.AskAsync(candidates[i], Verb.BatchStore, Encoded(candidates[i]), timeout / AttemptsMax, CancellationToken.None);
            kept = status == ReplyStatus.Ok;
        }

        return (await own).Status == ReplyStatus.Ok && kept;

        byte[] Encoded(NodeId? other) => new BatchRecord(id, other is { } node ? [self, node] : [self], mutations).Encode();
    }

    private async Task<WriteOutcome[]> WriteAllAsync(IReadOnlyList<WriteRequest> requests)
    {
        var under = new Task<WriteOutcome>[requests.Count];
        for (var i = 0; i < under.Length; i++)
        {
            under[i] = WriteOneAsync(requests[i]);
        }

        // One after the other and not by WhenAll: none is left alone, and what comes after goes on where the caller is.
        var outcomes = new WriteOutcome[under.Length];
        for (var i = 0; i < under.Length; i++)
        {
            var outcome = await under[i];
            outcomes[i] = outcome.Outcome.Result is RequestResult.Unavailable or RequestResult.Overloaded
                ? outcome with { Outcome = outcome.Outcome with { Result = RequestResult.Timeout, Answered = 0 } }
                : outcome;
        }

        return outcomes;
    }

    private async Task<WriteOutcome> WriteOneAsync(WriteRequest request) => await writes.WriteAsync(request);

    private void Forget(Guid id, List<NodeId> holders, TimeSpan timeout)
    {
        Span<byte> body = stackalloc byte[16];
        id.TryWriteBytes(body, bigEndian: true, out _);
        foreach (var holder in holders)
        {
            // Whoever does not hear of it finishes the batch once more, which changes nothing.
            messenger.Send(holder, Verb.BatchForget, body, timeout, NoReply.Instance, 0);
        }
    }
}
