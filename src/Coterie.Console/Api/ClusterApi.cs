using System.Text.Json.Nodes;
using Coterie.WebConsole.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/cluster</c>: the cluster for programs, and for all who ask by the same looks at the nodes.</summary>
internal static class ClusterApi
{
    private const string Path = "/api/cluster";

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths)
    {
        paths[Path] = new JsonObject { ["get"] = Describe() };
        routes.MapGet(Path, AnswerAsync);
    }

    /// <summary>Two looks, where there was none just now: rates and times are of what came between.</summary>
    public static async Task<ClusterMoment> LookAsync(HttpContext context)
    {
        var watch = context.RequestServices.GetRequiredService<IClusterWatch>();
        var moment = await watch.NextAsync(0, context.RequestAborted);
        return moment.Answers.Any(static answer => answer is { Status: not null, Before: null }) ? await watch.NextAsync(moment.Number, context.RequestAborted) : moment;
    }

    private static async Task AnswerAsync(HttpContext context) =>
        await ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, ClusterView.Of(await LookAsync(context)), ClusterJson.Default.ClusterReport);

    private static JsonObject Describe() => new()
    {
        ["operationId"] = "cluster",
        ["summary"] = "The ring, who sees whom, and what each node says of itself: load, rates, times, hints, tables. The first answer after a while takes a second, in which rates are measured",
        ["responses"] = new JsonObject { ["200"] = OpenApiParts.Answer("The cluster; nodes that do not answer are in it", ClusterJson.Default.ClusterReport) },
    };
}
