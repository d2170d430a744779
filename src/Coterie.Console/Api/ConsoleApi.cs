using System.Text.Json;
using System.Text.Json.Nodes;
using Coterie.WebConsole.Http;
using Coterie.WebConsole.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Coterie.WebConsole.Api;

/// <summary>All of <c>/api</c>: each part is routed and describes itself; what is left over is told what there is.</summary>
internal static class ConsoleApi
{
    private const string Document = "/api/openapi.json";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <param name="lab">Null: there is none.</param>
    public static void Map(IEndpointRouteBuilder routes, ILabDesk? lab)
    {
        var paths = new JsonObject();
        QuorumApi.Map(routes, paths);
        TrialApi.Map(routes, paths);
        ClusterApi.Map(routes, paths);
        RepairApi.Map(routes, paths, hasLab: lab is not null);
        QueryApi.Map(routes, paths);
        SchemaApi.Map(routes, paths);
        MetricsApi.Map(routes, paths);
        if (lab is not null)
        {
            LabApi.Map(routes, paths, lab);
        }

        var here = $"Here are: {string.Join(' ', paths.Select(static path => path.Key).Append(Document))}\n";
        var document = Describe(paths).ToJsonString(Readable);
        routes.MapGet(Document, context =>
        {
            context.Response.ContentType = ApiAnswer.Json;
            return context.Response.WriteAsync(document, context.RequestAborted);
        });
        MapOtherMethods(routes, Document, ["GET"]);
        foreach (var (path, operations) in paths)
        {
            MapOtherMethods(routes, path, [.. operations!.AsObject().Select(static operation => operation.Key.ToUpperInvariant())]);
        }

        routes.Map("/api/{**anything}", context => RequestGuard.RefuseAsync(context, StatusCodes.Status404NotFound, here));
    }

    /// <summary>What is asked of a path with a method that it does not have.</summary>
    private static void MapOtherMethods(IEndpointRouteBuilder routes, string path, string[] methods)
    {
        var allowed = string.Join(", ", methods);
        routes.Map(path, context =>
        {
            context.Response.Headers.Allow = allowed;
            return RequestGuard.RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, $"Here is answered: {allowed}\n");
        });
    }

    private static JsonObject Describe(JsonObject paths) => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Coterie console",
            ["version"] = typeof(ConsoleApi).Assembly.GetName().Version!.ToString(3),
            ["description"] = "What the pages of the console show, for programs.",
        },
        ["components"] = new JsonObject { ["securitySchemes"] = OpenApiParts.SecuritySchemes() },
        ["paths"] = paths,
    };
}
