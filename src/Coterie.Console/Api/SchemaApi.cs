using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Coterie.WebConsole.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/schema</c>: the schema for programs. It only reads.</summary>
internal static class SchemaApi
{
    private const string Index = "/api/schema";
    private const string Table = "/api/schema/{keyspace}/{table}";

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths)
    {
        paths[Index] = new JsonObject { ["get"] = Describe("schema", "All keyspaces, with the names of their tables", SchemaJson.Default.SchemaIndex, []) };
        paths[Table] = new JsonObject
        {
            ["get"] = Describe("table", "A table: its columns, its options, its CQL", SchemaJson.Default.SchemaTable, [OpenApiParts.Parameter("keyspace", "path", true), OpenApiParts.Parameter("table", "path", true)]),
        };
        paths[Table]!["get"]!["responses"]!["404"] = OpenApiParts.Answer("There is no such table", SchemaJson.Default.SchemaProblem);
        routes.MapGet(Index, static async context => await AnswerAsync(context, await Schema(context).IndexAsync(context.RequestAborted), SchemaJson.Default.SchemaIndex));
        routes.MapGet(Table, static async context => await AnswerAsync(
            context,
            await Schema(context).TableAsync((string)context.Request.RouteValues["keyspace"]!, (string)context.Request.RouteValues["table"]!, context.RequestAborted),
            SchemaJson.Default.SchemaTable));
    }

    private static ClusterSchema Schema(HttpContext context) => context.RequestServices.GetRequiredService<ClusterSchema>();

    private static Task AnswerAsync<T>(HttpContext context, SchemaAnswer<T> answer, JsonTypeInfo<T> type)
        where T : class => answer switch
        {
            { Found: { } found } => ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, found, type),
            { Problem: { } problem } => ApiAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new SchemaProblem(problem), SchemaJson.Default.SchemaProblem),
            _ => ApiAnswer.WriteAsync(context, StatusCodes.Status404NotFound, new SchemaProblem("There is no such table."), SchemaJson.Default.SchemaProblem),
        };

    private static JsonObject Describe(string id, string summary, JsonTypeInfo type, JsonNode[] parameters) => new()
    {
        ["operationId"] = id,
        ["summary"] = summary,
        ["parameters"] = new JsonArray(parameters),
        ["responses"] = new JsonObject
        {
            ["200"] = OpenApiParts.Answer("The answer", type),
            ["503"] = OpenApiParts.Answer("No node answers", SchemaJson.Default.SchemaProblem),
        },
    };
}
