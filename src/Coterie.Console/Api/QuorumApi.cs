using System.Text.Json;
using Coterie.WebConsole.Quorum;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/quorum</c>: the calculator for programs; <c>/api/openapi.json</c>: how to ask it.</summary>
internal static class QuorumApi
{
    private const string Json = "application/json; charset=utf-8";

    /// <param name="withLab">The document describes the lab, too.</param>
    public static void Map(IEndpointRouteBuilder routes, bool withLab)
    {
        routes.MapGet("/api/quorum", AnswerAsync);
        var document = OpenApiDocument.Text(withLab);
        routes.MapGet("/api/openapi.json", context =>
        {
            context.Response.ContentType = Json;
            return context.Response.WriteAsync(document, context.RequestAborted);
        });
        routes.Map("/api/{**anything}", context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync($"Here are: /api/quorum /api/query {(withLab ? "/api/lab " : "")}/api/openapi.json\n", context.RequestAborted);
        });
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
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return WriteAsync(context, JsonSerializer.Serialize(new QuorumProblems(problems), QuorumReportJson.Default.QuorumProblems));
        }

        var delays = context.RequestServices.GetRequiredService<Predictions>().Of(question!).Report;
        var report = QuorumReport.Of(new QuorumVerdict(question!), delays);
        return WriteAsync(context, JsonSerializer.Serialize(report, QuorumReportJson.Default.QuorumReport));
    }

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = Json;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
