using Coterie.Coordinator.Leaders;
using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Reads;
using Coterie.Model.Time;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Prepared;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>
/// Executes writes under conditions, and answers with rows: whether it was applied and, if not, what is there. Always with their metadata, since
/// which columns there are depends on how it ended; so no client is told of any when it prepares.
/// </summary>
internal sealed class ConditionalExecutor(ExecutionServices services)
{
    private static readonly byte[] Applied = [0, 0, 0, 1, 1];
    private static readonly byte[] NotApplied = [0, 0, 0, 1, 0];

    /// <param name="statements">Each with values that stay as they are meanwhile.</param>
    public async ValueTask ExecuteAsync(
        ClientRequest request, CompiledStatement compiled, IReadOnlyList<(ModificationPlan Plan, BoundValues Values)> statements, bool isBatch)
    {
        var keyspace = ModificationExecutor.KeyspaceOf(compiled.Metadata, statements[0].Plan.Table.Keyspace);
        LeaderBasedRules.CheckCondition(keyspace);
        Consistencies.OfWrite(request, Requirements.Of(keyspace, services.LocalDatacenter));
        foreach (var (plan, values) in statements)
        {
            LeaderBasedRules.CheckStatement(keyspace, plan.GivesTimestamp(values));
        }

        var now = new FormationTime(services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var write = Invalid(() => new ConditionalWrite(statements, isBatch, now));
        var outcome = await services.ConditionalWrites.WriteAsync(new ConditionalRequest(
            keyspace, write.Read, rows => Invalid(() => Decide(request, write, rows)), write.ExpectsNothing, services.Timeouts.Write));
        if (!outcome.Outcome.IsSuccess)
        {
            Answer.FailedWrite(request, new WriteFailure(outcome.Outcome, WriteType.CompareAndSet, null), compiled.Metadata);
            return;
        }

        AnswerRows(request, write, outcome);
    }

    /// <summary>Null: the condition does not hold. The timestamp is the leader's to give.</summary>
    private static ReadOnlyMemory<byte>? Decide(ClientRequest request, ConditionalWrite write, IReadOnlyList<PartitionRows> rows)
    {
        request.Mutations.Clear();
        if (!write.TryAppendTo(request.Mutations, new StampContext(new WriteTimestamp(0), write.Now), rows))
        {
            return null;
        }

        return request.Mutations.Count > 0 ? request.Mutations.Encoded(0) : ReadOnlyMemory<byte>.Empty;
    }

    private static void AnswerRows(ClientRequest request, ConditionalWrite write, in ConditionalOutcome outcome)
    {
        var count = 0;
        if (!outcome.IsApplied && outcome.Rows.Count > 0)
        {
            count = write.CreateProjector().Project(outcome.Rows[0], int.MaxValue, request.Rows);
        }

        var columns = count > 0 ? ColumnSpecs.Of(write.Columns) : ColumnSpecs.Of([ConditionalWrite.AppliedOf(write.Table)]);
        if (count == 0)
        {
            request.Rows.Write(outcome.IsApplied ? Applied : NotApplied);
        }

        Answer.Begin(request);
        RowsMessage.Write(request.Response, columns, skipsMetadata: false, [], Math.Max(count, 1), request.Rows.Written);
        Answer.End(request, Opcode.Result);
    }

    /// <summary>What the client bound is wrong in its own way: that is Invalid, not a broken protocol.</summary>
    private static T Invalid<T>(Func<T> evaluate)
    {
        try
        {
            return evaluate();
        }
        catch (MalformedDataException e)
        {
            throw ClientErrorException.Invalid(e.Message);
        }
    }
}
