using System.Text.Json.Nodes;
using Coterie.WebConsole.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/metrics</c>: the metrics of all nodes side by side. One node's alone, for Prometheus, are at its admin address.</summary>
internal static class MetricsApi
{
    private const string Path = "/api/metrics";
    private const string Filter = "filter";

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths)
    {
        paths[Path] = new JsonObject { ["get"] = Describe() };
        routes.MapGet(Path, AnswerAsync);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var filter = context.Request.Query[Filter].ToString();
        if (context.Request.Query.Keys.Any(static key => key != Filter) || filter.Length > MetricsView.FilterLengthMax)
        {
            await ApiAnswer.WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                new MetricsProblem($"there is one parameter, '{Filter}', of at most {MetricsView.FilterLengthMax} characters"),
                MetricsJson.Default.MetricsProblem);
            return;
        }

        await ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, MetricsView.Of(await ClusterApi.LookAsync(context), filter), MetricsJson.Default.MetricsReport);
    }

    private static JsonObject Describe()
    {
        var filter = OpenApiParts.Parameter(Filter, "query", false);
        filter["description"] = "Words that must all be in a metric's name, help text or labels";
        return new JsonObject
        {
            ["operationId"] = "metrics",
            ["summary"] = "The metrics of all nodes side by side, with rates of what only counts up",
            ["parameters"] = new JsonArray(filter),
            ["responses"] = new JsonObject
            {
                ["200"] = OpenApiParts.Answer($"At most {MetricsView.LinesMax} series; of a family, {MetricsView.LinesOfOneMax} unless it is the only one", MetricsJson.Default.MetricsReport),
                ["400"] = OpenApiParts.Answer("Why the question makes no sense", MetricsJson.Default.MetricsProblem),
            },
        };
    }
}
