using System.Text.Json;
using System.Text.Json.Nodes;
using Coterie.WebConsole.Query;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/query</c>: CQL for programs, with the vote. As a statement can write, it takes the token of a page.</summary>
internal static class QueryApi
{
    private const string Path = "/api/query";

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths)
    {
        paths[Path] = new JsonObject { ["post"] = Describe() };
        routes.MapPost(Path, AnswerAsync);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (ApiAnswer.RefusalOf(context) is { } refusal)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, refusal);
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
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the request is not the JSON that /api/openapi.json describes{(e.Path is { } path ? $", at {path}" : "")}");
            return;
        }

        if (request is null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "the request is null");
            return;
        }

        var outcome = await context.RequestServices.GetRequiredService<ClusterQueries>().AskAsync(request, context.RequestAborted);
        await (outcome.Answer is { } answer
            ? ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, answer, QueryJson.Default.QueryAnswer)
            : ApiAnswer.WriteAsync(context, StatusOf(outcome.Problem!.Code), outcome.Problem, QueryJson.Default.QueryProblem));
    }

    private static int StatusOf(string code) => code switch
    {
        "Refused" or "SyntaxError" or "Invalid" or "AlreadyExists" or "ConfigError" or "ProtocolError" or "Unauthorized" => StatusCodes.Status400BadRequest,
        "Unreadable" => StatusCodes.Status502BadGateway,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static Task RefuseAsync(HttpContext context, int status, string reason) =>
        ApiAnswer.WriteAsync(context, status, new QueryProblem("Refused", reason), QueryJson.Default.QueryProblem);

    private static JsonObject Describe() => new()
    {
        ["operationId"] = "query",
        ["summary"] = "Asks the cluster in CQL, and brings the vote of its replicas",
        ["security"] = OpenApiParts.NeedsPageToken(),
        ["requestBody"] = OpenApiParts.Answer($"A statement of at most {QueryLimits.StatementLengthMax} characters", QueryJson.Default.QueryRequest),
        ["responses"] = new JsonObject
        {
            ["200"] = OpenApiParts.Answer("The answer", QueryJson.Default.QueryAnswer),
            ["400"] = OpenApiParts.Answer("Not sent to a node, or a node said that the statement is wrong", QueryJson.Default.QueryProblem),
            ["403"] = OpenApiParts.Answer("Without the token of a page", QueryJson.Default.QueryProblem),
            ["413"] = OpenApiParts.Answer("Too large", QueryJson.Default.QueryProblem),
            ["502"] = OpenApiParts.Answer("A node answered with what cannot be read here", QueryJson.Default.QueryProblem),
            ["503"] = OpenApiParts.Answer("The cluster could not do it, or no node answers", QueryJson.Default.QueryProblem),
        },
    };
}
