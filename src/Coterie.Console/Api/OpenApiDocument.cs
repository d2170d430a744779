using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Coterie.WebConsole.Http;
using Coterie.WebConsole.Lab;
using Coterie.WebConsole.Query;
using Coterie.WebConsole.Quorum;
using Coterie.Model.Quorum.Reports;

namespace Coterie.WebConsole.Api;

/// <summary>The API in OpenAPI 3.1, whose schemas are JSON schemas: they are made from the very types that are answered, so they cannot differ from them.</summary>
internal static class OpenApiDocument
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static string Text(bool withLab) => Create(withLab).ToJsonString(Readable);

    private static JsonObject Create(bool withLab) => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Coterie console",
            ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version!.ToString(3),
            ["description"] = "What the pages of the console show, for programs.",
        },
        ["paths"] = Paths(withLab),
    };

    private static JsonObject Paths(bool withLab)
    {
        var paths = new JsonObject
        {
            ["/api/quorum"] = new JsonObject { ["get"] = Quorum() },
            ["/api/query"] = new JsonObject { ["post"] = Query() },
        };
        if (withLab)
        {
            paths[LabApi.State] = new JsonObject { ["get"] = Lab("lab", "How the lab stands: its nodes, both streams of writes, and what each fault has cost", []) };
            paths[LabApi.Stream] = new JsonObject
            {
                ["post"] = LabChange("startWrites", "Begins to write to a leaderless and to a leader-based keyspace", Parameter("workload", "query", false, "plain", "carts", "events")),
                ["delete"] = LabChange("stopWrites", "Writes no more, and looks for every write that was acknowledged"),
            };
            paths[LabApi.Node] = new JsonObject
            {
                ["post"] = LabChange("act", "Kills a node, pauses it, lets it go on, or starts it again", Parameter("name", "path", true), Parameter("action", "path", true, "kill", "pause", "resume", "start")),
            };
        }

        return paths;
    }

    private static JsonObject LabChange(string id, string summary, params JsonNode[] parameters)
    {
        var change = Lab(id, summary, [PageTokenHeader(), .. parameters]);
        change["responses"]!["403"] = Answer("Without the token of a page", LabJson.Default.LabProblem);
        change["responses"]!["409"] = Answer("Why it was not done", LabJson.Default.LabProblem);
        return change;
    }

    private static JsonObject Lab(string id, string summary, JsonNode[] parameters) => new()
    {
        ["operationId"] = id,
        ["summary"] = summary,
        ["parameters"] = new JsonArray(parameters),
        ["responses"] = new JsonObject { ["200"] = Answer("How the lab stands", LabJson.Default.LabSnapshot) },
    };

    private static JsonObject Parameter(string name, string place, bool required, params string[] words)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (words.Length > 0)
        {
            schema["enum"] = new JsonArray([.. words.Select(static word => JsonValue.Create(word))]);
        }

        return new JsonObject { ["name"] = name, ["in"] = place, ["required"] = required, ["schema"] = schema };
    }

    private static JsonObject PageTokenHeader() => new()
    {
        ["name"] = PageToken.Header,
        ["in"] = "header",
        ["required"] = true,
        ["description"] = $"What every page of this console has in its meta element '{PageToken.MetaName}'",
        ["schema"] = new JsonObject { ["type"] = "string" },
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

    private static JsonObject Query() => new()
    {
        ["operationId"] = "query",
        ["summary"] = "Asks the cluster in CQL, and brings the vote of its replicas",
        ["parameters"] = new JsonArray(PageTokenHeader()),
        ["requestBody"] = Answer($"A statement of at most {QueryLimits.StatementLengthMax} characters", QueryJson.Default.QueryRequest),
        ["responses"] = new JsonObject
        {
            ["200"] = Answer("The answer", QueryJson.Default.QueryAnswer),
            ["400"] = Answer("Not sent to a node, or a node said that the statement is wrong", QueryJson.Default.QueryProblem),
            ["403"] = Answer("Without the token of a page", QueryJson.Default.QueryProblem),
            ["413"] = Answer("Too large", QueryJson.Default.QueryProblem),
            ["503"] = Answer("The cluster could not do it, or no node answers", QueryJson.Default.QueryProblem),
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
