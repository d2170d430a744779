using System.Text.Json.Serialization;

namespace Coterie.WebConsole.Query;

/// <summary>What is asked of <c>/api/query</c>.</summary>
/// <param name="Consistency">A CQL level; QUORUM if not said.</param>
/// <param name="PageSize">Rows of a page, at most; 100 if not said.</param>
/// <param name="PagingState">What the page before brought, for the page after it.</param>
public sealed record QueryRequest(string Statement, string? Consistency = null, int? PageSize = null, string? PagingState = null);

/// <summary>A column of the answer and its CQL type.</summary>
public sealed record QueryColumn(string Name, string Type, bool IsNumeric);

/// <param name="Node">Who coordinated it.</param>
/// <param name="Columns">Null if the answer is not rows.</param>
/// <param name="Rows">Each value as a CQL literal.</param>
/// <param name="PagingState">Asks for the next page; null at the end.</param>
/// <param name="Vote">Null if no replicas voted, as for the schema's own tables.</param>
public sealed record QueryAnswer(
    string Node,
    double Milliseconds,
    IReadOnlyList<QueryColumn>? Columns,
    IReadOnlyList<IReadOnlyList<string>> Rows,
    string? PagingState,
    IReadOnlyList<string> Warnings,
    QueryVote? Vote);

/// <summary>What the replicas answered.</summary>
/// <param name="Required">How many answers the level waited for, of each part.</param>
/// <param name="Parts">Requests to a set of replicas that it sums up: partitions of a batch or of IN, ranges of a scan.</param>
public sealed record QueryVote(int Required, IReadOnlyList<ReplicaVote> Replicas, int Parts = 1);

/// <param name="AnsweredAfterUs">Microseconds; null if it had not answered when the client was.</param>
/// <param name="Newest">The newest write that it knew, in microseconds since 1970.</param>
/// <param name="Leads">Only of leader-based keyspaces.</param>
/// <param name="Behind">Only of leader-based keyspaces: committed entries that it may lack.</param>
public sealed record ReplicaVote(
    string Node, string? Address, bool Asked, string Role, long? AnsweredAfterUs, long? Newest, bool Stale, bool Repaired, bool? Leads = null, long? Behind = null);

/// <summary>Why there is no answer.</summary>
/// <param name="Code">The protocol's name of the error, or Refused (not sent), NodeLost, or Unreadable (answered, but not in a way that is known here).</param>
/// <param name="Line">Of a syntax error: where, counted from 1.</param>
/// <param name="Column">Counted from 0, as the server counts.</param>
public sealed record QueryProblem(string Code, string Message, int? Line = null, int? Column = null);

/// <summary>Either an answer or a problem.</summary>
internal sealed record QueryOutcome(QueryAnswer? Answer, QueryProblem? Problem);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(QueryRequest))]
[JsonSerializable(typeof(QueryAnswer))]
[JsonSerializable(typeof(QueryProblem))]
internal sealed partial class QueryJson : JsonSerializerContext;

/// <summary>The vote as nodes write it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(QueryVote))]
internal sealed partial class NodeVoteJson : JsonSerializerContext;
