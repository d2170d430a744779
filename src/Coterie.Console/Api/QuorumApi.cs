using System.Text.Json.Nodes;
using Coterie.WebConsole.Quorum;
using Coterie.WebConsole.Quorum.Trial;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/quorum</c>: the calculator for programs.</summary>
internal static class QuorumApi
{
    private const string Path = "/api/quorum";

    /// <summary>As OpenAPI has them; anew each time, since a node of JSON has one place.</summary>
    public static JsonNode[] Parameters =>
    [
        .. QuorumQuery.Parameters.Select(JsonNode (parameter) => new JsonObject
        {
            ["name"] = parameter.Key,
            ["in"] = "query",
            ["required"] = false,
            ["description"] = parameter.Description,
            ["example"] = parameter.Example,
            ["schema"] = new JsonObject { ["type"] = "string" },
        }),
    ];

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths)
    {
        paths[Path] = new JsonObject { ["get"] = Describe() };
        routes.MapGet(Path, AnswerAsync);
    }

    /// <summary>What the address asks; null: it makes no sense.</summary>
    /// <param name="also">Keys that are somebody else's.</param>
    public static QuorumQuestion? QuestionOf(HttpContext context, out IReadOnlyList<string> problems, params string[] also)
    {
        var query = context.Request.Query;
        problems =
        [
            .. QuorumQuery.Unknown(query.Keys, also),
            .. QuorumQuery.Repeated(key => query[key]),
        ];
        var measured = context.RequestServices.GetRequiredService<ITrialDesk>().Measured;
        return problems.Count == 0 && QuorumQuestion.TryParse(QuorumQuery.Words(key => query[key]), measured, out var question, out problems) ? question : null;
    }

    private static Task AnswerAsync(HttpContext context)
    {
        if (QuestionOf(context, out var problems) is not { } question)
        {
            return ApiAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, new QuorumProblems(problems), QuorumReportJson.Default.QuorumProblems);
        }

        var delays = context.RequestServices.GetRequiredService<Predictions>().Of(question).Report;
        var report = QuorumReport.Of(new QuorumVerdict(question), delays);
        return ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, report, QuorumReportJson.Default.QuorumReport);
    }

    private static JsonObject Describe() => new()
    {
        ["operationId"] = "quorum",
        ["summary"] = "What N, R and W, or consistency levels, promise, survive and cost",
        ["parameters"] = new JsonArray(Parameters),
        ["responses"] = new JsonObject
        {
            ["200"] = OpenApiParts.Answer("The answer", QuorumReportJson.Default.QuorumReport),
            ["400"] = OpenApiParts.Answer("Why the question makes no sense, a sentence for each reason", QuorumReportJson.Default.QuorumProblems),
        },
    };
}
