using System.Runtime.CompilerServices;
using Coterie.Coordinator;
using Coterie.Coordinator.Writes;
using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Quorum;
using Coterie.Model.Reads;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Coordinator.Reads;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Prepared;

namespace Coterie.Server.Execution;

/// <summary>Executes INSERT, UPDATE and DELETE: stamps them, reads first where CQL forces it, and writes each partition's mutation.</summary>
internal sealed class ModificationExecutor(ExecutionServices services, ConditionalExecutor conditional)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ExecuteAsync(ClientRequest request, StatementContext statement)
    {
        var plan = (ModificationPlan)statement.Compiled.Plan;
        if (plan.IsConditional)
        {
            await conditional.ExecuteAsync(request, statement.Compiled, [(plan, statement.Values)], isBatch: false);
            return;
        }

        var keyspace = KeyspaceOf(statement.Compiled);
        var requirement = Consistencies.OfWrite(request, statement.Compiled.Requirements);
        if (!await AppendAsync(request, statement.Compiled, statement.Values, StampOf(request, plan.Table, plan.GivesTimestamp(statement.Values))))
        {
            return;
        }

        if (request.Mutations.Count == 1)
        {
            var outcome = await services.Writes.WriteAsync(RequestOf(request, keyspace, requirement, 0));
            Finish(request, outcome, WriteType.Simple, statement.Compiled);
            return;
        }

        await WriteAllAsync(request, statement.Compiled);
    }

    /// <summary>Adds what a statement writes to the request's mutations. False: the read before it failed, and the request is answered.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> AppendAsync(ClientRequest request, CompiledStatement compiled, BoundValues values, StampContext stamp)
    {
        var plan = (ModificationPlan)compiled.Plan;
        var keyspace = KeyspaceOf(compiled);
        LeaderBasedRules.CheckStatement(keyspace, plan.GivesTimestamp(values));
        IReadOnlyList<PartitionRows>? prior = null;
        if (PriorRead(plan, values) is { } command)
        {
            var requirement = Consistencies.OfRead(request, compiled.Requirements);
            var outcome = await services.Reads.ReadAsync(new ReadRequest(
                keyspace, plan.Table, command, requirement, services.Timeouts.Read, WantVote: false));
            if (!outcome.Outcome.IsSuccess)
            {
                Answer.FailedRead(request, outcome.Outcome, null, compiled.Metadata);
                return false;
            }

            prior = outcome.Partitions;
        }

        Append(request, plan, values, stamp, prior);
        return true;
    }

    /// <summary>Writes every mutation of the request, all at once, and answers when each has been or has failed.</summary>
    public async ValueTask WriteAllAsync(ClientRequest request, CompiledStatement compiled)
    {
        var type = request.Mutations.Count > 1 ? WriteType.UnloggedBatch : WriteType.Simple;
        var writes = new Task<WriteOutcome>[request.Mutations.Count];
        for (var i = 0; i < writes.Length; i++)
        {
            var keyspace = KeyspaceOf(compiled.Metadata, request.Mutations.Table(i).Keyspace);
            var requirement = Consistencies.OfWrite(request, Requirements.Of(keyspace, services.LocalDatacenter));
            writes[i] = WriteOneAsync(RequestOf(request, keyspace, requirement, i));
        }

        // One after the other and not by WhenAll: none is left alone, and what comes after goes on where the caller is.
        var outcomes = new WriteOutcome[writes.Length];
        for (var i = 0; i < writes.Length; i++)
        {
            outcomes[i] = await writes[i];
        }

        Finish(request, JointOutcome.Of(outcomes), type, compiled);
    }

    /// <summary>Writes the mutations of a logged batch, all of which will be applied if any is.</summary>
    public async ValueTask WriteLoggedAsync(ClientRequest request, CompiledStatement compiled)
    {
        var writes = new WriteRequest[request.Mutations.Count];
        for (var i = 0; i < writes.Length; i++)
        {
            var keyspace = KeyspaceOf(compiled.Metadata, request.Mutations.Table(i).Keyspace);
            writes[i] = RequestOf(request, keyspace, Consistencies.OfWrite(request, Requirements.Of(keyspace, services.LocalDatacenter)), i);
        }

        var batch = await services.Batches.WriteAsync(writes, services.Timeouts.Write);
        if (batch.Stored == false)
        {
            var unsent = new WriteOutcome(new RequestOutcome(RequestResult.Timeout, 1, 0, 0, DataPresent: false), null);
            Finish(request, unsent, WriteType.BatchLog, compiled);
            return;
        }

        Finish(request, JointOutcome.Of(batch.Outcomes), WriteType.Batch, compiled);
    }

    /// <summary>Not <c>AsTask</c>: a pooled source that continues asynchronously would complete that task on the thread pool.</summary>
    private async Task<WriteOutcome> WriteOneAsync(WriteRequest write) => await services.Writes.WriteAsync(write);

    /// <summary>
    /// The stamp of what the request writes: the client's, if it gave one and the table goes by clients' clocks; else this node's. Statements that
    /// say USING TIMESTAMP need none, so none is taken from the clock for them.
    /// </summary>
    public StampContext StampOf(ClientRequest request, TableSchema? table, bool hasTimestamp)
    {
        var formed = new FormationTime(services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        if (request.Parameters.DefaultTimestamp is { } timestamp && (table is null || table.Options.Timestamps == TimestampSource.Client))
        {
            return new StampContext(new WriteTimestamp(timestamp), formed);
        }

        if (hasTimestamp)
        {
            return new StampContext(new WriteTimestamp(0), formed);
        }

        return services.Clock.TryNext(out var stamp)
            ? new StampContext(stamp, formed)
            : throw new ClientErrorException(ErrorCode.Overloaded, "The clock waits for the disk to remember how far it may go");
    }

    public static KeyspaceSchema KeyspaceOf(Model.Metadata.ClusterMetadata metadata, string name) =>
        metadata.Keyspaces.TryGetValue(name, out var keyspace) ? keyspace : throw ClientErrorException.Invalid($"Keyspace {name} is not a user's: it cannot be written");

    private static KeyspaceSchema KeyspaceOf(CompiledStatement compiled) =>
        compiled.Keyspace ?? throw ClientErrorException.Invalid($"{compiled.Table!.Keyspace} keyspace is not user-modifiable.");

    private ReadCommand? PriorRead(ModificationPlan plan, BoundValues values)
    {
        try
        {
            return plan.PriorRead(values, services.Time.GetUtcNow().ToUnixTimeSeconds());
        }
        catch (MalformedDataException e)
        {
            throw ClientErrorException.Invalid(e.Message);
        }
    }

    private static void Append(ClientRequest request, ModificationPlan plan, BoundValues values, in StampContext stamp, IReadOnlyList<PartitionRows>? prior)
    {
        try
        {
            plan.AppendTo(request.Mutations, values, stamp, prior);
        }
        catch (MalformedDataException e)
        {
            throw ClientErrorException.Invalid(e.Message);
        }
    }

    private WriteRequest RequestOf(ClientRequest request, KeyspaceSchema keyspace, ReplicaRequirement requirement, int index) => new(
        keyspace,
        request.Mutations.Table(index),
        request.Mutations.Token(index),
        request.Mutations.Encoded(index),
        requirement,
        services.Timeouts.Write,
        request.Payload.WantsVote);

    private static void Finish(ClientRequest request, in WriteOutcome outcome, WriteType type, CompiledStatement compiled)
    {
        if (outcome.Outcome.IsSuccess)
        {
            Answer.Void(request, outcome.Vote, compiled.Metadata);
        }
        else
        {
            Answer.FailedWrite(request, new WriteFailure(outcome.Outcome, type, outcome.Vote), compiled.Metadata);
        }
    }
}
