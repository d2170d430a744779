using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coterie.WebConsole.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Api;

/// <summary>What all parts of the API have in common: how they answer, and whom they refuse.</summary>
internal static class ApiAnswer
{
    public const string Json = "application/json; charset=utf-8";

    public static Task WriteAsync<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = Json;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, type), context.RequestAborted);
    }

    /// <summary>Why a request that may change something is refused; null: it has the token of a page.</summary>
    public static string? RefusalOf(HttpContext context) => context.RequestServices.GetRequiredService<PageToken>().IsIn(context.Request)
        ? null
        : $"This may change the cluster: the header {PageToken.Header} must have what a page of this console has in its meta element '{PageToken.MetaName}'.";
}
