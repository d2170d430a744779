using System.Text.Json.Nodes;
using Coterie.Host.Workloads;
using Coterie.WebConsole.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Coterie.WebConsole.Api;

/// <summary>
/// <c>/api/lab</c>: the lab for programs, where there is one. To look is free; to change anything takes the token of a page.
/// </summary>
internal static class LabApi
{
    public const string State = "/api/lab";
    public const string Stream = "/api/lab/stream";
    public const string Node = "/api/lab/nodes/{name}/{action}";

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths, ILabDesk desk)
    {
        Describe(paths);
        routes.MapGet(State, context => ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, desk.Look(), LabJson.Default.LabSnapshot));
        var start = new Change(desk, StartAsync);
        var stop = new Change(desk, StopAsync);
        var act = new Change(desk, DoAsync);
        routes.MapPost(Stream, start.AnswerAsync);
        routes.MapDelete(Stream, stop.AnswerAsync);
        routes.MapPost(Node, act.AnswerAsync);
    }

    private static async Task ChangeAsync(HttpContext context, ILabDesk desk, Func<HttpContext, ILabDesk, Task<Refusal?>> change)
    {
        if (ApiAnswer.RefusalOf(context) is { } refusal)
        {
            await ApiAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, new LabProblem(refusal), LabJson.Default.LabProblem);
        }
        else if (await change(context, desk) is { } problem)
        {
            await ApiAnswer.WriteAsync(context, problem.Status, new LabProblem(problem.Reason), LabJson.Default.LabProblem);
        }
        else
        {
            await ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, desk.Look(), LabJson.Default.LabSnapshot);
        }
    }

    private static async Task<Refusal?> StartAsync(HttpContext context, ILabDesk desk)
    {
        var word = context.Request.Query["workload"].ToString();
        return TryParse<WorkloadKind>(word.Length == 0 ? "plain" : word, out var workload)
            ? Conflict(await desk.StartAsync(workload))
            : new Refusal(StatusCodes.Status400BadRequest, "There is no such workload; there are plain, carts, events.");
    }

    private static async Task<Refusal?> StopAsync(HttpContext context, ILabDesk desk) => Conflict(await desk.StopAsync());

    private static async Task<Refusal?> DoAsync(HttpContext context, ILabDesk desk)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var nodes = desk.Look().Nodes;
        return nodes.All(node => node.Name != name) ? new Refusal(StatusCodes.Status404NotFound, $"There is no node of that name; there are {string.Join(", ", nodes.Select(static node => node.Name))}.")
            : TryParse<LabAction>((string)context.Request.RouteValues["action"]!, out var action) ? Conflict(await desk.DoAsync(name, action))
            : new Refusal(StatusCodes.Status400BadRequest, "That cannot be done to a node; what can: kill, pause, resume, cutoff, join, start.");
    }

    private static Refusal? Conflict(string? problem) => problem is null ? null : new Refusal(StatusCodes.Status409Conflict, problem);

    /// <summary>Words and not numbers.</summary>
    private static bool TryParse<TEnum>(string word, out TEnum value)
        where TEnum : struct, Enum
    {
        value = default;
        return word.All(char.IsAsciiLetterLower) && Enum.TryParse(word, ignoreCase: true, out value);
    }

    private static void Describe(JsonObject paths)
    {
        paths[State] = new JsonObject { ["get"] = Describe("lab", "How the lab stands: its nodes, both streams of writes, and what each fault has cost", []) };
        paths[Stream] = new JsonObject
        {
            ["post"] = DescribeChange("startWrites", "Begins to write to a leaderless and to a leader-based keyspace", [("400", "There is no such workload")], OpenApiParts.Parameter("workload", "query", false, "plain", "carts", "events")),
            ["delete"] = DescribeChange("stopWrites", "Writes no more, and looks for every write that was acknowledged", []),
        };
        paths[Node] = new JsonObject
        {
            ["post"] = DescribeChange("act", "Kills a node, pauses it, cuts it off from the others, and undoes each", [("400", "There is no such action"), ("404", "There is no such node")], OpenApiParts.Parameter("name", "path", true), OpenApiParts.Parameter("action", "path", true, "kill", "pause", "resume", "cutoff", "join", "start")),
        };
    }

    /// <param name="refusals">Besides what every change has: the status, and what it means.</param>
    private static JsonObject DescribeChange(string id, string summary, (string Status, string Meaning)[] refusals, params JsonNode[] parameters)
    {
        var change = Describe(id, summary, parameters);
        change["security"] = OpenApiParts.NeedsPageToken();
        change["responses"]!["403"] = OpenApiParts.Answer("Without the token of a page", LabJson.Default.LabProblem);
        change["responses"]!["409"] = OpenApiParts.Answer("Why it was not done", LabJson.Default.LabProblem);
        foreach (var (status, meaning) in refusals)
        {
            change["responses"]![status] = OpenApiParts.Answer(meaning, LabJson.Default.LabProblem);
        }

        return change;
    }

    private static JsonObject Describe(string id, string summary, JsonNode[] parameters) => new()
    {
        ["operationId"] = id,
        ["summary"] = summary,
        ["parameters"] = new JsonArray(parameters),
        ["responses"] = new JsonObject { ["200"] = OpenApiParts.Answer("How the lab stands", LabJson.Default.LabSnapshot) },
    };

    /// <summary>Why something is not done.</summary>
    private sealed record Refusal(int Status, string Reason);

    /// <summary>Something that takes the token.</summary>
    private sealed record Change(ILabDesk Desk, Func<HttpContext, ILabDesk, Task<Refusal?>> Do)
    {
        public Task AnswerAsync(HttpContext context) => ChangeAsync(context, Desk, Do);
    }
}
