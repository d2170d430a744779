using System.Runtime.CompilerServices;
using Coterie.Coordinator;
using Coterie.Coordinator.Reads;
using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Pooling;
using Coterie.Model.Quorum;
using Coterie.Model.Reads;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>
/// Executes SELECT: reads one page, one read after the other, projects the rows as they come, and says where the next page begins.
/// Aggregates read all pages and answer with one row. System tables are read here too; only where the rows come from differs.
/// </summary>
internal sealed class SelectExecutor(ExecutionServices services)
{
    private readonly BoundedPool<Page> _pages = new(Limits.CoordinatedReadsMax, static () => new Page());
    private volatile PagingState? _paging;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ExecuteAsync(ClientRequest request, StatementContext statement)
    {
        var page = _pages.Rent();
        try
        {
            var requirement = RequirementOf(request, statement);
            Begin(page, request, statement);
            while (page.Next() is { } command)
            {
                var outcome = await ReadAsync(request, statement, command, requirement);
                page.Vote = Vote.Join(page.Vote, outcome.Vote);
                if (!outcome.Outcome.IsSuccess)
                {
                    Answer.FailedRead(request, outcome.Outcome, page.Vote, statement.Compiled.Metadata);
                    return;
                }

                page.Take(outcome);
            }

            Finish(request, statement, page);
        }
        finally
        {
            page.Clear();
            _pages.Return(page);
        }
    }

    private static ReplicaRequirement RequirementOf(ClientRequest request, in StatementContext statement) =>
        statement.Compiled.Keyspace is null ? default : Consistencies.OfRead(request, statement.Compiled.Requirements);

    /// <summary>What the client bound is wrong in its own way: that is Invalid, not a broken protocol.</summary>
    private void Begin(Page page, ClientRequest request, in StatementContext statement)
    {
        var plan = (SelectPlan)statement.Compiled.Plan;
        var now = services.Time.GetUtcNow().ToUnixTimeSeconds();
        try
        {
            var limit = plan.Limit(statement.Values);
            var reads = plan.Reads(statement.Values, now);
            var projector = plan.CreateProjector(statement.Values, now);
            var position = new PagePosition(0, limit, null);
            if (request.Parameters.PagingState is { IsEmpty: false } state && !plan.IsAggregate)
            {
                position = Paging().Read(state.Span, statement.Id, statement.Values);
            }

            page.Begin(reads, projector, position, plan.IsAggregate ? 0 : request.Parameters.PageSize, plan.IsAggregate, request.Rows);
        }
        catch (MalformedDataException e)
        {
            throw ClientErrorException.Invalid(e.Message);
        }
    }

    private ValueTask<ReadOutcome> ReadAsync(ClientRequest request, in StatementContext statement, ReadCommand command, ReplicaRequirement requirement)
    {
        var table = statement.Compiled.Table!;
        if (statement.Compiled.Keyspace is not { } keyspace)
        {
            return new ValueTask<ReadOutcome>(services.SystemTables.Read(table, command, services.Metadata.Current));
        }

        var timeout = command.PartitionKey is null ? services.Timeouts.Range : services.Timeouts.Read;
        return services.Reads.ReadAsync(new ReadRequest(keyspace, table, command, requirement, timeout, request.Payload.WantsVote));
    }

    private void Finish(ClientRequest request, in StatementContext statement, Page page)
    {
        page.Finish();
        var state = page.Rest is { } rest ? Paging().Write(rest, statement.Id, statement.Values) : [];
        Answer.Begin(request, page.Vote, statement.Compiled.Metadata);
        var skips = statement.SkipsMetadata(request.Parameters.SkipMetadata);
        RowsMessage.Write(request.Response, statement.Compiled.Columns!, skips, state, page.Count, request.Rows.Written);
        Answer.End(request, Opcode.Result);
    }

    /// <summary>The cluster's id is known when the first statement comes, not when the node is put together.</summary>
    private PagingState Paging() => _paging ??= new PagingState(services.Metadata.Current.ClusterId);
}
