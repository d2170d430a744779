using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coterie.Host.Workloads;
using Coterie.WebConsole.Http;
using Coterie.WebConsole.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary>
/// <c>/api/lab</c>: the lab for programs, where there is one. To look is free; to change anything takes the token of a page.
/// </summary>
internal static class LabApi
{
    public const string State = "/api/lab";
    public const string Stream = "/api/lab/stream";
    public const string Node = "/api/lab/nodes/{name}/{action}";

    public static void Map(IEndpointRouteBuilder routes, ILabDesk desk)
    {
        routes.MapGet(State, context => WriteAsync(context, desk.Look(), LabJson.Default.LabSnapshot));
        var start = new Change(desk, StartAsync);
        var stop = new Change(desk, static (_, desk) => desk.StopAsync());
        var act = new Change(desk, DoAsync);
        routes.MapPost(Stream, start.AnswerAsync);
        routes.MapDelete(Stream, stop.AnswerAsync);
        routes.MapPost(Node, act.AnswerAsync);
    }

    private static async Task ChangeAsync(HttpContext context, ILabDesk desk, Func<HttpContext, ILabDesk, Task<string?>> change)
    {
        if (!context.RequestServices.GetRequiredService<PageToken>().IsIn(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await WriteAsync(context, new LabProblem($"This changes the cluster: the header {PageToken.Header} must have what a page of this console has in its meta element '{PageToken.MetaName}'."), LabJson.Default.LabProblem);
        }
        else if (await change(context, desk) is { } problem)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            await WriteAsync(context, new LabProblem(problem), LabJson.Default.LabProblem);
        }
        else
        {
            await WriteAsync(context, desk.Look(), LabJson.Default.LabSnapshot);
        }
    }

    private static Task<string?> StartAsync(HttpContext context, ILabDesk desk)
    {
        var word = context.Request.Query["workload"].ToString();
        return TryParse<WorkloadKind>(word.Length == 0 ? "plain" : word, out var workload)
            ? desk.StartAsync(workload)
            : Task.FromResult<string?>("There is no such workload; there are plain, carts, events.");
    }

    private static Task<string?> DoAsync(HttpContext context, ILabDesk desk) =>
        TryParse<LabAction>((string)context.Request.RouteValues["action"]!, out var action)
            ? desk.DoAsync((string)context.Request.RouteValues["name"]!, action)
            : Task.FromResult<string?>("That cannot be done to a node; what can: kill, pause, resume, start.");

    /// <summary>Words and not numbers.</summary>
    private static bool TryParse<TEnum>(string word, out TEnum value)
        where TEnum : struct, Enum
    {
        value = default;
        return word.All(char.IsAsciiLetterLower) && Enum.TryParse(word, ignoreCase: true, out value);
    }

    private static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, type), context.RequestAborted);
    }

    /// <summary>Something that takes the token.</summary>
    private sealed record Change(ILabDesk Desk, Func<HttpContext, ILabDesk, Task<string?>> Do)
    {
        public Task AnswerAsync(HttpContext context) => ChangeAsync(context, Desk, Do);
    }
}
