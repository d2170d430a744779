using System.Text.Json.Nodes;
using Coterie.WebConsole.Quorum;
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

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths)
    {
        paths[Path] = new JsonObject { ["get"] = Describe() };
        routes.MapGet(Path, AnswerAsync);
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var unknown = query.Keys.Where(static key => !QuorumQuery.Keys.Contains(key)).ToList();
        IReadOnlyList<string> problems =
            [.. unknown.Select(static key => $"there is no parameter '{QuorumQuery.Shorten(key)}'; there are {string.Join(", ", QuorumQuery.Keys)}")];
        QuorumQuestion? question = null;
        if (unknown.Count > 0 || !QuorumQuestion.TryParse(QuorumQuery.Words(key => query[key]), out question, out problems))
        {
            return ApiAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, new QuorumProblems(problems), QuorumReportJson.Default.QuorumProblems);
        }

        var delays = context.RequestServices.GetRequiredService<Predictions>().Of(question!).Report;
        var report = QuorumReport.Of(new QuorumVerdict(question!), delays);
        return ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, report, QuorumReportJson.Default.QuorumReport);
    }

    private static JsonObject Describe() => new()
    {
        ["operationId"] = "quorum",
        ["summary"] = "What N, R and W, or consistency levels, promise, survive and cost",
        ["parameters"] = new JsonArray([.. QuorumQuery.Parameters.Select(JsonNode (parameter) => new JsonObject
        {
            ["name"] = parameter.Key,
            ["in"] = "query",
            ["required"] = false,
            ["description"] = parameter.Description,
            ["example"] = parameter.Example,
            ["schema"] = new JsonObject { ["type"] = "string" },
        })]),
        ["responses"] = new JsonObject
        {
            ["200"] = OpenApiParts.Answer("The answer", QuorumReportJson.Default.QuorumReport),
            ["400"] = OpenApiParts.Answer("Why the question makes no sense, a sentence for each reason", QuorumReportJson.Default.QuorumProblems),
        },
    };
}
