using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coterie.Host.CqlClient;
using Coterie.Model;
using Coterie.Model.Quorum;

namespace Coterie.WebConsole.Query;

/// <summary>
/// Asks the cluster as any client does. A node that cannot be reached is passed over; one that is lost while it works is not asked again by itself,
/// since whether the statement was done is unknown, but the next request goes to another.
/// </summary>
/// <remarks>A connection for each request: there is no state between requests that a node's death could take along, and nothing is held while nobody asks.</remarks>
internal sealed partial class ClusterQueries(ConsoleCluster cluster, TimeProvider time)
{
    private int _first;

    /// <summary>Why it cannot be asked; null if it can.</summary>
    public static string? ProblemWith(QueryRequest request) => request switch
    {
        { Statement: null or "" } => "there is no statement",
        { Statement.Length: > QueryLimits.StatementLengthMax } =>
            string.Create(CultureInfo.InvariantCulture, $"the statement is {request.Statement.Length:N0} characters long; it may be {QueryLimits.StatementLengthMax:N0}"),
        { PageSize: < 1 or > QueryLimits.PageSizeMax } => $"a page has from 1 to {QueryLimits.PageSizeMax} rows, not {request.PageSize}",
        { Consistency: { } level } when !ConsistencyLevelNames.TryParse(level, out _) => $"there is no such consistency level; there are {ConsistencyLevelNames.All}",
        { PagingState: { } state } when state.Length > QueryLimits.PagingStateLengthMax || !Base64IsValid(state) => "the paging state is not one that a page brought",
        _ when string.IsNullOrWhiteSpace(request.Statement) => "there is no statement",
        _ => null,
    };

    public async Task<QueryOutcome> AskAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        if (ProblemWith(request) is { } problem)
        {
            return Failed("Refused", problem);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var late = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, QueryLimits.Patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await AskFirstAliveAsync(request, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Interlocked.Increment(ref _first);
            return Failed("NodeLost", $"No answer within {QueryLimits.Patience.TotalSeconds} s. Whether the statement was done is unknown; the next request goes to another node.");
        }
    }

    private static bool Base64IsValid(string text) => System.Buffers.Text.Base64.IsValid(text);

    private static QueryOutcome Failed(string code, string message) => new(null, new QueryProblem(code, message));

    private async Task<QueryOutcome> AskFirstAliveAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var unreachable = new List<string>();
        for (var tried = 0; tried < cluster.Nodes.Count; tried++)
        {
            var node = cluster.Nodes[(int)((uint)Volatile.Read(ref _first) % cluster.Nodes.Count)].Cql;
            CqlConnection connection;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var late = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, QueryLimits.ConnectPatience, Timeout.InfiniteTimeSpan);
            try
            {
                connection = await CqlConnection.ConnectAsync(node, patience.Token);
            }
            catch (Exception e) when (e is IOException or CqlErrorException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                unreachable.Add(node.ToString());
                Interlocked.Increment(ref _first);
                continue;
            }

            await using (connection)
            {
                return await AskAsync(connection, node.ToString(), request, cancellationToken);
            }
        }

        return Failed("NodeLost", unreachable.Count == 0 ? "This console stands beside no cluster." : $"No node answers: {string.Join(", ", unreachable)}.");
    }

    private async Task<QueryOutcome> AskAsync(CqlConnection connection, string node, QueryRequest request, CancellationToken cancellationToken)
    {
        var level = request.Consistency is { } name && ConsistencyLevelNames.TryParse(name, out var named) ? named : ConsistencyLevel.Quorum;

        // Not by `? :`, which would make an empty state of none.
        ReadOnlyMemory<byte>? state = null;
        if (request.PagingState is { } text)
        {
            state = Convert.FromBase64String(text);
        }

        var started = time.GetTimestamp();
        try
        {
            var result = await connection.QueryWithVoteAsync(request.Statement, level, request.PageSize ?? QueryLimits.PageSizeDefault, state, cancellationToken);
            return new QueryOutcome(Answer(node, time.GetElapsedTime(started).TotalMilliseconds, result), null);
        }
        catch (CqlErrorException e)
        {
            var place = Place().Match(e.Message);
            return new QueryOutcome(null, place.Success && e.Code == CqlErrorException.Syntax
                ? new QueryProblem(e.CodeName, e.Message, Number(place.Groups[1]), Number(place.Groups[2]))
                : new QueryProblem(e.CodeName, e.Message));
        }
        catch (IOException e) when (e.InnerException is MalformedDataException)
        {
            // It lives and has answered; another would answer the same.
            return Failed("Unreadable", $"{node} answered, and this console cannot read the answer: {e.InnerException.Message}. The node has done with the statement; if it was a SELECT, name other columns.");
        }
        catch (IOException e)
        {
            Interlocked.Increment(ref _first);
            return Failed("NodeLost", $"{node} was lost while it worked ({e.Message}). Whether the statement was done is unknown; the next request goes to another node.");
        }
    }

    private static int? Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static QueryAnswer Answer(string node, double milliseconds, CqlResult result)
    {
        var columns = result.Columns?.Select(static column => new QueryColumn(column.Name, TypeName(column.Type), ValueText.IsNumeric(column.Type))).ToList();
        var rows = result.Rows.Select(row => (IReadOnlyList<string>)[.. row.Select((value, i) => ValueText.Format(result.Columns![i].Type, value))]).ToList();
        IReadOnlyList<string> warnings = result.Keyspace is null
            ? result.Warnings
            : [.. result.Warnings, "Each request has a connection of its own, so USE is forgotten: write keyspace.table."];
        return new QueryAnswer(
            node,
            milliseconds,
            columns,
            rows,
            result.PagingState is { } state ? Convert.ToBase64String(state.Span) : null,
            warnings,
            result.Vote is { } vote ? JsonSerializer.Deserialize(vote.Span, NodeVoteJson.Default.QueryVote) : null);
    }

    private static string TypeName(WireType type) => type.Id switch
    {
        WireTypeId.Varchar => "text",
        WireTypeId.Custom => type.Custom!,
        WireTypeId.List or WireTypeId.Set => $"{Name(type.Id)}<{TypeName(type.First!)}>",
        WireTypeId.Map => $"map<{TypeName(type.First!)}, {TypeName(type.Second!)}>",
        _ => Name(type.Id),
    };

    private static string Name(WireTypeId id) => id.ToString().ToLowerInvariant();

    [GeneratedRegex(@"\Aline (\d+):(\d+) ")]
    private static partial Regex Place();
}
