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
/// The admin address: a handful of GET requests over HTTP/1.1, on loopback only. A request whose <c>Host</c> header names anything but a
/// loopback address is refused, so that a web page in the operator's browser cannot reach it under a name of its own (DNS rebinding).
/// </summary>
/// <remarks>Kestrel is used without the ASP.NET Core host around it: five fixed routes need no container, and the node starts sooner.</remarks>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly Application _application;

    public AdminServer(IPEndPoint address, IReadOnlyDictionary<string, AdminRoute> routes, int connectionsMax, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 1024;
        options.Limits.MaxConcurrentConnections = connectionsMax;
        options.Listen(address);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), loggers);
        _server = new KestrelServer(Options.Create(options), sockets, loggers);
        _application = new Application(routes);
    }

    /// <exception cref="IOException">The address cannot be bound.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(atOnce.Token);
        _server.Dispose();
    }

    private sealed class Application(IReadOnlyDictionary<string, AdminRoute> routes) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(HttpContext context)
        {
            if (!IsLoopback(context.Request.Host))
            {
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status403Forbidden, AdminAnswer.PlainText, "Only loopback hosts are served here.\n"));
            }
            else if (!routes.TryGetValue(context.Request.Path.Value ?? "", out var route))
            {
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status404NotFound, AdminAnswer.PlainText, $"Here are: {string.Join(' ', routes.Keys)}\n"));
            }
            else if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.Headers.Allow = "GET, HEAD";
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status405MethodNotAllowed, AdminAnswer.PlainText, "GET and HEAD only.\n"));
            }
            else if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            {
                context.Response.Headers.Connection = "close";
                await AnswerAsync(context, new AdminAnswer(StatusCodes.Status413PayloadTooLarge, AdminAnswer.PlainText, "No request here has a body.\n"));
            }
            else
            {
                await AnswerAsync(context, await route(context.RequestAborted));
            }
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
