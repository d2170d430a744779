using System.Net;
using Microsoft.AspNetCore.Http;

namespace Coterie.WebConsole.Http;

/// <summary>
/// Before anything else: who asks, and what a browser may do with the answer. A request whose <c>Host</c> is another name than an address of this
/// machine's own is refused, so that a page elsewhere cannot reach the console under a name that it controls (DNS rebinding); one whose <c>Origin</c>
/// is another site's is refused, so that such a page cannot open a connection or call the API in its visitor's name.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next)
{
    /// <summary>Scripts, styles, fonts and connections from here alone, nothing inline, no frame around it.</summary>
    public const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        + "base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    public const int QueryLengthMax = 4_096;

    public async Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!IsOwnHost(context))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "This console answers only under an address of its own machine.\n");
        }
        else if (IsForeign(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "Pages of other sites may not use this console.\n");
        }
        else if (context.Request.QueryString.Value is { Length: > QueryLengthMax })
        {
            await RefuseQueryAsync(context);
        }
        else
        {
            await next(context);
        }
    }

    /// <summary>A loopback address or its usual name; or, where the console listens elsewhere, the very address that was connected to.</summary>
    private static bool IsOwnHost(HttpContext context)
    {
        var host = context.Request.Host;
        if ((host.Port ?? 80) != context.Connection.LocalPort)
        {
            return false;
        }

        return string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Host, out var address) && (IPAddress.IsLoopback(address) || address.Equals(context.Connection.LocalIpAddress)));
    }

    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin is { Count: > 0 } origin && origin.ToString() != $"{request.Scheme}://{request.Host}";

    /// <summary>Without a word where a page says why.</summary>
    private static Task RefuseQueryAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/api"))
        {
            context.Response.StatusCode = StatusCodes.Status414UriTooLong;
            return Task.CompletedTask;
        }

        return RefuseAsync(context, StatusCodes.Status414UriTooLong, $"A query is at most {QueryLengthMax} characters long.\n");
    }

    /// <summary>Says why not, in a line for people.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
