using System.Text.Json;
using Coterie.WebConsole.Http;
using Coterie.WebConsole.Query;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/query</c>: CQL for programs, with the vote. As a statement can write, it takes the token of a page.</summary>
internal static class QueryApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/query", AnswerAsync);

    private static async Task AnswerAsync(HttpContext context)
    {
        if (!context.RequestServices.GetRequiredService<PageToken>().IsIn(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, $"the header {PageToken.Header} must have what a page of this console has in its meta element '{PageToken.MetaName}'");
            return;
        }

        QueryRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, QueryJson.Default.QueryRequest, context.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"the request is too large: a statement may be {QueryLimits.StatementLengthMax} characters long"
                : "the request is broken");
            return;
        }
        catch (JsonException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the request is not the JSON that /api/openapi.json describes: {e.Message}");
            return;
        }

        if (request is null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "the request is null");
            return;
        }

        var outcome = await context.RequestServices.GetRequiredService<ClusterQueries>().AskAsync(request, context.RequestAborted);
        await (outcome.Answer is { } answer
            ? WriteAsync(context, StatusCodes.Status200OK, JsonSerializer.Serialize(answer, QueryJson.Default.QueryAnswer))
            : WriteAsync(context, StatusOf(outcome.Problem!.Code), JsonSerializer.Serialize(outcome.Problem, QueryJson.Default.QueryProblem)));
    }

    private static int StatusOf(string code) => code switch
    {
        "Refused" or "SyntaxError" or "Invalid" or "AlreadyExists" or "ConfigError" or "ProtocolError" or "Unauthorized" => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static Task RefuseAsync(HttpContext context, int status, string reason) =>
        WriteAsync(context, status, JsonSerializer.Serialize(new QueryProblem("Refused", reason), QueryJson.Default.QueryProblem));

    private static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
