using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Coterie.WebConsole.Quorum;
using Coterie.Model.Quorum.Reports;

namespace Coterie.WebConsole.Api;

/// <summary>The API in OpenAPI 3.1, whose schemas are JSON schemas: they are made from the very types that are answered, so they cannot differ from them.</summary>
internal static class OpenApiDocument
{
    public static string Text { get; } = Create().ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private static JsonObject Create() => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Coterie console",
            ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version!.ToString(3),
            ["description"] = "What the pages of the console show, for programs.",
        },
        ["paths"] = new JsonObject { ["/api/quorum"] = new JsonObject { ["get"] = Quorum() } },
    };

    private static JsonObject Quorum() => new()
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
            ["200"] = Answer("The answer", QuorumReportJson.Default.QuorumReport),
            ["400"] = Answer("Why the question makes no sense, a sentence for each reason", QuorumReportJson.Default.QuorumProblems),
        },
    };

    private static JsonObject Answer(string description, JsonTypeInfo type) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject { ["schema"] = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }) },
        },
    };
}
