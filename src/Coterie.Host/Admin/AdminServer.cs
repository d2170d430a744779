using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coterie.Host.Admin;

/// <summary>
/// The admin address: a handful of requests over HTTP/1.1, on loopback only. A request whose <c>Host</c> header names anything but a
/// loopback address is refused, so that a web page in the operator's browser cannot reach it under a name of its own (DNS rebinding).
/// </summary>
/// <remarks>Kestrel is used without the ASP.NET Core host around it: five fixed routes need no container, and the node starts sooner.</remarks>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly Application _application;

    /// <param name="address">Loopback.</param>
    /// <param name="routes">What is read with GET, by path.</param>
    /// <param name="jobs">What is begun with POST, by path.</param>
    /// <param name="connectionsMax">At once.</param>
    /// <param name="loggers">Kestrel's.</param>
    public AdminServer(
        IPEndPoint address,
        IReadOnlyDictionary<string, AdminRoute> routes,
        IReadOnlyDictionary<string, AdminJob> jobs,
        int connectionsMax,
        ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = AdminBody.DroppedBytesMax;
        options.Limits.MaxConcurrentConnections = connectionsMax;
        options.Listen(address);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), loggers);
        _server = new KestrelServer(Options.Create(options), sockets, loggers);
        _application = new Application(routes, jobs);
    }

    /// <exception cref="IOException">The address cannot be bound.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(atOnce.Token);
        _server.Dispose();
    }

    private sealed class Application(IReadOnlyDictionary<string, AdminRoute> routes, IReadOnlyDictionary<string, AdminJob> jobs) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(HttpContext context)
        {
            var path = context.Request.Path.Value ?? "";
            if (!IsLoopback(context.Request.Host))
            {
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status403Forbidden, AdminAnswer.PlainText, "Only loopback hosts are served here.\n"));
            }
            else if (routes.TryGetValue(path, out var route))
            {
                await GetAsync(context, route);
            }
            else if (jobs.TryGetValue(path, out var job))
            {
                await PostAsync(context, job);
            }
            else if (path.LastIndexOf('/') is > 0 and var slash && jobs.TryGetValue(path[..slash], out var begun) && begun.Follow is { } follow)
            {
                await GetAsync(context, (_, _) => new(follow(path[(slash + 1)..])));
            }
            else
            {
                var here = string.Join(' ', routes.Keys.Concat(jobs.Keys));
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status404NotFound, AdminAnswer.PlainText, $"Here are: {here}\n"));
            }
        }

        private static async Task GetAsync(HttpContext context, AdminRoute route)
        {
            if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.Headers.Allow = "GET, HEAD";
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status405MethodNotAllowed, AdminAnswer.PlainText, "GET and HEAD only.\n"));
            }
            else if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            {
                await RefuseAsync(context, new AdminAnswer(StatusCodes.Status413PayloadTooLarge, AdminAnswer.PlainText, "No such request has a body.\n"));
            }
            else
            {
                await AnswerAsync(context, await route(context.Request.Query, context.RequestAborted));
            }
        }

        private static async Task PostAsync(HttpContext context, AdminJob job)
        {
            if (!HttpMethods.IsPost(context.Request.Method))
            {
                context.Response.Headers.Allow = "POST";
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status405MethodNotAllowed, AdminAnswer.PlainText, "POST only.\n"));
                return;
            }

            var refusal = AdminBody.Refusal(context.Request);
            var body = ReadOnlyMemory<byte>.Empty;
            if (refusal is null)
            {
                (body, refusal) = await AdminBody.ReadAsync(context.Request, context.RequestAborted);
            }

            if (refusal is { } refused)
            {
                await RefuseAsync(context, refused);
                return;
            }

            await AnswerAsync(context, await job.Begin(body));
        }

        private static async Task RefuseAsync(HttpContext context, AdminAnswer refusal)
        {
            await AdminBody.DropAsync(context.Request, context.RequestAborted);
            context.Response.Headers.Connection = "close";
            await AnswerAsync(context, refusal);
        }

        private static bool IsLoopback(HostString host) =>
            string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Host, out var address) && IPAddress.IsLoopback(address));

        private static Task AnswerAsync(HttpContext context, AdminAnswer answer)
        {
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return context.Response.WriteAsync(answer.Body, Encoding.UTF8, context.RequestAborted);
        }
    }
}
