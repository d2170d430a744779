using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Coterie.WebConsole.Repair;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/repair</c>: how replicas stand, for programs. To look is free; to repair, and to make replicas differ in a lab, takes the token of a page.</summary>
internal static class RepairApi
{
    private const string Overview = "/api/repair";
    private const string Tree = "/api/repair/tree";
    private const string Row = "/api/repair/row";
    private const string Run = "/api/repair/run";
    private const string Lab = "/api/repair/lab";
    private const string Diverge = "/api/repair/lab/diverge";
    private const string Start = "/api/repair/lab/start";
    private const string Read = "/api/repair/lab/read";
    private const string Problem = "Why not";

    /// <param name="hasLab">Whether replicas can be made to differ.</param>
    public static void Map(IEndpointRouteBuilder routes, JsonObject paths, bool hasLab)
    {
        paths[Overview] = new JsonObject { ["get"] = Describe("replicas", "Hints that wait, and since when the replicas of each table are known to be equal", RepairPageJson.Default.RepairOverview) };
        paths[Tree] = new JsonObject { ["get"] = Describe("compareTrees", "The trees of two replicas at one range of a table's keys", RepairPageJson.Default.TreeReport, ["table", "left", "right"], ["lower", "upper"]) };
        paths[Row] = new JsonObject { ["get"] = Describe("compareRow", "A row as each of two replicas has it: key from a tree, or a partition key, in hex", RepairPageJson.Default.RowReport, ["table", "left", "right"], ["key", "partition"]) };
        paths[Run] = new JsonObject { ["post"] = DescribeChange("repair", "Compares all replicas of a table now, and sends each what it lacks", RepairPageJson.Default.RepairOutcome, OpenApiParts.Parameter("table", "query", true)) };
        routes.MapGet(Overview, static async context =>
            await ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, await Trees(context).OverviewAsync(), RepairPageJson.Default.RepairOverview));
        routes.MapGet(Tree, TreeAsync);
        routes.MapGet(Row, RowAsync);
        routes.MapPost(Run, RunAsync);
        if (hasLab)
        {
            MapLab(routes, paths);
        }
    }

    private static void MapLab(IEndpointRouteBuilder routes, JsonObject paths)
    {
        var state = RepairPageJson.Default.RepairLabState;
        paths[Lab] = new JsonObject { ["get"] = Describe("repairLab", "The difference that was made last", state) };
        paths[Diverge] = new JsonObject { ["post"] = DescribeChange("diverge", "Makes a row differ on one replica", state, OpenApiParts.Parameter("net", "query", true, "hints", "readRepair", "trees")) };
        paths[Start] = new JsonObject { ["post"] = DescribeChange("startReplica", "Starts the node again that was killed for it: its hint is delivered", state) };
        paths[Read] = new JsonObject { ["post"] = DescribeChange("readRow", "Reads the row at ALL: read repair", RepairPageJson.Default.QueryAnswer) };
        routes.MapGet(Lab, static context => ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, LabOf(context).Look(), RepairPageJson.Default.RepairLabState));
        routes.MapPost(Diverge, DivergeAsync);
        routes.MapPost(Start, StartAsync);
        routes.MapPost(Read, static async context =>
        {
            if (!await IsRefusedAsync(context))
            {
                await WriteAsync(context, await LabOf(context).ReadAsync(context.RequestAborted), RepairPageJson.Default.QueryAnswer);
            }
        });
    }

    private static async Task DivergeAsync(HttpContext context)
    {
        if (context.Request.Query["net"].ToString() is { } word && word.All(char.IsAsciiLetter) && Enum.TryParse<RepairNet>(word, ignoreCase: true, out var net))
        {
            await ChangeAsync(context, lab => lab.DivergeAsync(net));
        }
        else if (!await IsRefusedAsync(context))
        {
            await WriteAsync(context, RepairReply<RepairLabState>.Refused("There is no such net; there are hints, readRepair, trees.", StatusCodes.Status400BadRequest), RepairPageJson.Default.RepairLabState);
        }
    }

    private static Task StartAsync(HttpContext context) => ChangeAsync(context, static lab => lab.StartAsync());

    private static async Task ChangeAsync(HttpContext context, Func<IRepairLab, Task<string?>> change)
    {
        if (await IsRefusedAsync(context))
        {
            return;
        }

        var lab = LabOf(context);
        var problem = await change(lab);
        await WriteAsync(
            context,
            problem is null ? new RepairReply<RepairLabState>(lab.Look(), null) : RepairReply<RepairLabState>.Refused(problem, StatusCodes.Status409Conflict),
            RepairPageJson.Default.RepairLabState);
    }

    private static async Task TreeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        await WriteAsync(
            context,
            TableName.TryParse(query["table"], out var table)
                ? await Trees(context).CompareAsync(table, query["left"].ToString(), query["right"].ToString(), query["lower"], query["upper"], context.RequestAborted)
                : NoTable<Host.Admin.Trees.TreeReport>(),
            RepairPageJson.Default.TreeReport);
    }

    private static async Task RowAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var which = query.ContainsKey("partition") ? "partition" : "key";
        await WriteAsync(
            context,
            TableName.TryParse(query["table"], out var table)
                ? await Trees(context).RowAsync(table, query["left"].ToString(), query["right"].ToString(), which, query[which].ToString(), context.RequestAborted)
                : NoTable<Host.Admin.Trees.RowReport>(),
            RepairPageJson.Default.RowReport);
    }

    private static async Task RunAsync(HttpContext context)
    {
        if (await IsRefusedAsync(context))
        {
            return;
        }

        await WriteAsync(
            context,
            TableName.TryParse(context.Request.Query["table"], out var table) ? await Trees(context).RepairAsync(table, context.RequestAborted) : NoTable<RepairOutcome>(),
            RepairPageJson.Default.RepairOutcome);
    }

    private static IReplicaTrees Trees(HttpContext context) => context.RequestServices.GetRequiredService<IReplicaTrees>();

    private static IRepairLab LabOf(HttpContext context) => context.RequestServices.GetRequiredService<IRepairLab>();

    private static RepairReply<T> NoTable<T>()
        where T : class => RepairReply<T>.Refused("table must be keyspace.table", StatusCodes.Status400BadRequest);

    private static async Task<bool> IsRefusedAsync(HttpContext context)
    {
        if (ApiAnswer.RefusalOf(context) is not { } refusal)
        {
            return false;
        }

        await ApiAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, new RepairProblem(refusal), RepairPageJson.Default.RepairProblem);
        return true;
    }

    private static Task WriteAsync<T>(HttpContext context, RepairReply<T> reply, JsonTypeInfo<T> type)
        where T : class => reply.Answer is { } answer
        ? ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, answer, type)
        : ApiAnswer.WriteAsync(context, reply.Status, new RepairProblem(reply.Problem!), RepairPageJson.Default.RepairProblem);

    private static JsonObject Describe(string id, string summary, JsonTypeInfo answer, string[]? required = null, string[]? optional = null)
    {
        var parameters = (required ?? []).Select(static name => OpenApiParts.Parameter(name, "query", true))
            .Concat((optional ?? []).Select(static name => OpenApiParts.Parameter(name, "query", false)));
        return Describe(id, summary, answer, [.. parameters], required is null ? [] : ["400", "404", "409", "503"]);
    }

    private static JsonObject DescribeChange(string id, string summary, JsonTypeInfo answer, params JsonNode[] parameters)
    {
        var change = Describe(id, summary, answer, parameters, ["400", "403", "404", "409", "503"]);
        change["security"] = OpenApiParts.NeedsPageToken();
        return change;
    }

    private static JsonObject Describe(string id, string summary, JsonTypeInfo answer, JsonNode[] parameters, string[] refusals)
    {
        var responses = new JsonObject { ["200"] = OpenApiParts.Answer("The answer", answer) };
        foreach (var status in refusals)
        {
            responses[status] = OpenApiParts.Answer(Problem, RepairPageJson.Default.RepairProblem);
        }

        return new JsonObject { ["operationId"] = id, ["summary"] = summary, ["parameters"] = new JsonArray(parameters), ["responses"] = responses };
    }
}
