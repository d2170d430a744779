using System.Globalization;
using System.Text.Json.Nodes;
using Coterie.Model;
using Coterie.WebConsole.Quorum.Trial;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary><c>/api/quorum/trial</c>: real writes and reads with a setting, for programs. To look is free; to begin and to stop takes the token of a page.</summary>
internal static class TrialApi
{
    private const string Path = "/api/quorum/trial";
    private const string Trials = "trials";

    public static void Map(IEndpointRouteBuilder routes, JsonObject paths)
    {
        paths[Path] = new JsonObject
        {
            ["get"] = Describe("trial", "How the trial stands, what was measured, and what was predicted", []),
            ["post"] = DescribeChange(
                "startTrial",
                $"Measures the delays of this cluster, and writes and reads with this setting, at most {TrialLimits.TrialsPerSecond} times a second, in a keyspace of its own that is removed",
                [.. QuorumApi.Parameters, OpenApiParts.Parameter(Trials, "query", false)]),
            ["delete"] = DescribeChange("stopTrial", "Ends the trial; its keyspace is removed", []),
        };
        routes.MapGet(Path, static context => LookAsync(context));
        routes.MapPost(Path, StartAsync);
        routes.MapDelete(Path, StopAsync);
    }

    private static ITrialDesk Desk(HttpContext context) => context.RequestServices.GetRequiredService<ITrialDesk>();

    private static Task LookAsync(HttpContext context) =>
        ApiAnswer.WriteAsync(context, StatusCodes.Status200OK, Desk(context).Look().Snapshot, TrialJson.Default.TrialSnapshot);

    private static async Task StartAsync(HttpContext context)
    {
        if (ApiAnswer.RefusalOf(context) is { } refusal)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, refusal);
            return;
        }

        var desk = Desk(context);
        var question = QuorumApi.QuestionOf(context, out var problems, Trials);
        var wish = context.Request.Query[Trials].ToString();
        var trials = TrialLimits.TrialsUsual;
        if (question is null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, string.Join("; ", problems));
        }
        else if (wish.Length > 0 && !int.TryParse(wish, NumberStyles.None, CultureInfo.InvariantCulture, out trials))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"{Trials} is a number from 0 to {TrialLimits.TrialsMax}, not '{Quoted.Of(wish)}'");
        }
        else if (await desk.StartAsync(question, trials, context.RequestAborted) is { } problem)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, problem);
        }
        else
        {
            await LookAsync(context);
        }
    }

    private static Task StopAsync(HttpContext context) =>
        ApiAnswer.RefusalOf(context) is { } refusal ? RefuseAsync(context, StatusCodes.Status403Forbidden, refusal)
        : Desk(context).Stop() is { } problem ? RefuseAsync(context, StatusCodes.Status409Conflict, problem)
        : LookAsync(context);

    private static Task RefuseAsync(HttpContext context, int status, string problem) =>
        ApiAnswer.WriteAsync(context, status, new TrialProblem(problem), TrialJson.Default.TrialProblem);

    private static JsonObject DescribeChange(string id, string summary, JsonNode[] parameters)
    {
        var change = Describe(id, summary, parameters);
        change["security"] = OpenApiParts.NeedsPageToken();
        change["responses"]!["400"] = OpenApiParts.Answer("Why the question makes no sense", TrialJson.Default.TrialProblem);
        change["responses"]!["403"] = OpenApiParts.Answer("Without the token of a page", TrialJson.Default.TrialProblem);
        change["responses"]!["409"] = OpenApiParts.Answer("Why it was not done: this cluster cannot try it, or a trial runs already", TrialJson.Default.TrialProblem);
        return change;
    }

    private static JsonObject Describe(string id, string summary, JsonNode[] parameters) => new()
    {
        ["operationId"] = id,
        ["summary"] = summary,
        ["parameters"] = new JsonArray(parameters),
        ["responses"] = new JsonObject { ["200"] = OpenApiParts.Answer("How the trial stands", TrialJson.Default.TrialSnapshot) },
    };
}
