using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Time;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Prepared;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>
/// Executes batches, those of the BATCH message and those written as text. What goes to one partition becomes one mutation, which is applied
/// whole or not at all on each replica; so a logged batch within one partition needs no log. One over several partitions is kept by two nodes until all
/// of it has been applied. One with conditions is of one partition.
/// </summary>
internal sealed class BatchExecutor(ExecutionServices services, ModificationExecutor modifications, ConditionalExecutor conditional)
{
    public async ValueTask ExecuteMessageAsync(ClientRequest request, BatchKind kind)
    {
        Refuse(kind, request.Statements.Count);
        var metadata = services.Metadata.Current;
        CompiledStatement? last = null;
        WriteTimestamp? shared = null;
        foreach (var statement in request.Statements)
        {
            var compiled = Compile(request, statement);
            var plan = PlanOf(compiled);
            if (plan.IsConditional)
            {
                await ExecuteConditionalAsync(request, compiled);
                return;
            }

            var values = ValueBinding.Part(request, request.Values, statement.FirstValue, statement.ValueCount);
            if (!await modifications.AppendAsync(request, compiled, values, StampOf(request, plan, values, ref shared)))
            {
                return;
            }

            last = compiled;
        }

        await WriteAsync(request, kind, last);
    }

    public async ValueTask ExecuteTextAsync(ClientRequest request, StatementContext statement)
    {
        var batch = (BatchPlan)statement.Compiled.Plan;
        Refuse(batch.Kind, batch.Statements.Length);
        batch.CheckCount(statement.Values);
        if (batch.IsConditional)
        {
            await conditional.ExecuteAsync(
                request,
                statement.Compiled,
                [.. batch.Statements.Select(one => (one.Plan, ValueBinding.OwnPart(statement.Values, one.FirstMarker, one.Plan.Markers.Length)))],
                isBatch: true);
            return;
        }

        var shared = batch.Timestamp(statement.Values);
        LeaderBasedRules.CheckTimestamp(services.Metadata.Current, batch, shared is not null);
        var all = statement.Values;
        foreach (var (plan, first) in batch.Statements)
        {
            var own = services.Compiler.Part(plan, statement.Compiled.Metadata);
            var values = ValueBinding.Part(request, all, first, plan.Markers.Length);
            var stamp = batch.Timestamp(all) is { } given
                ? new StampContext(given, modifications.StampOf(request, plan.Table, hasTimestamp: true).Formed)
                : StampOf(request, plan, values, ref shared);
            if (!await modifications.AppendAsync(request, own, values, stamp))
            {
                return;
            }
        }

        await WriteAsync(request, batch.Kind, statement.Compiled);
    }

    /// <summary>From the first statement again: those before the first condition are part of it too.</summary>
    private ValueTask ExecuteConditionalAsync(ClientRequest request, CompiledStatement compiled)
    {
        var statements = request.Statements.ConvertAll(statement =>
            (PlanOf(Compile(request, statement)), ValueBinding.OwnPart(request.Values, statement.FirstValue, statement.ValueCount)));
        return conditional.ExecuteAsync(request, compiled, statements, isBatch: true);
    }

    private static ModificationPlan PlanOf(CompiledStatement compiled) => compiled.Plan as ModificationPlan
        ?? throw ClientErrorException.Invalid("Invalid statement in batch: only UPDATE, INSERT and DELETE statements are allowed.");

    private static void Refuse(BatchKind kind, int count)
    {
        if (kind == BatchKind.Counter)
        {
            throw ClientErrorException.Invalid("Counter batches are not supported: there are no counters yet");
        }

        if (count > Limits.BatchStatementsMax)
        {
            throw ClientErrorException.Invalid($"A batch of {count} statements is too large: {Limits.BatchStatementsMax} are allowed");
        }
    }

    private CompiledStatement Compile(ClientRequest request, in BatchStatement statement)
    {
        if (statement.Text is { } text)
        {
            return services.Compiler.Compile(text, request.Session.Keyspace);
        }

        return services.Prepared.Find(statement.PreparedId.Span)?.ForExecution(services.Compiler) ?? throw new UnpreparedException(statement.PreparedId);
    }

    /// <summary>All statements of a batch that say nothing else have one stamp, so that they are all newer or all older than another write.</summary>
    private StampContext StampOf(ClientRequest request, ModificationPlan plan, BoundValues values, ref WriteTimestamp? shared)
    {
        var givesTimestamp = plan.GivesTimestamp(values);
        var takesClients = request.Parameters.DefaultTimestamp is not null && plan.Table.Options.Timestamps == Model.Schema.TimestampSource.Client;
        var stamp = modifications.StampOf(request, plan.Table, givesTimestamp || (shared is not null && !takesClients));
        if (givesTimestamp || takesClients)
        {
            return stamp;
        }

        shared ??= stamp.Timestamp;
        return stamp with { Timestamp = shared.Value };
    }

    private async ValueTask WriteAsync(ClientRequest request, BatchKind kind, CompiledStatement? compiled)
    {
        if (compiled is null || request.Mutations.Count == 0)
        {
            Answer.Void(request, null, null);
            return;
        }

        LeaderBasedRules.CheckBatch(services.Metadata.Current, request.Mutations);
        await (kind == BatchKind.Logged && request.Mutations.Count > 1
            ? modifications.WriteLoggedAsync(request, compiled)
            : modifications.WriteAllAsync(request, compiled));
    }
}
