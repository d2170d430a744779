using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Coterie.Host.Admin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Coterie.WebConsole.Tests.Cluster;

/// <summary>The admin address of a node that says what a test wants, on a real socket.</summary>
internal sealed class FakeAdmin : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<string> _asked = [];

    private FakeAdmin(WebApplication application) => _application = application;

    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    public StatusReport Status { get; set; } = Moments.Status(1, 1);

    public string Metrics { get; set; } = Counted(1);

    public static string Counted(int requests) => $"# TYPE coterie_cql_requests_total counter\ncoterie_cql_requests_total {requests}\n";

    public int Asked(string path) => _asked.Count(one => one == path);

    public static async Task<FakeAdmin> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var admin = new FakeAdmin(application);
        application.Run(admin.AnswerAsync);
        await application.StartAsync(cancellationToken);
        admin.Address = new IPEndPoint(IPAddress.Loopback, new Uri(application.Urls.Single()).Port);
        return admin;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        _asked.Enqueue(context.Request.Path.Value!);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(context.Request.Path.Value switch
        {
            "/api/status" => JsonSerializer.Serialize(Status, AdminJson.Default.StatusReport),
            "/api/ring" => JsonSerializer.Serialize(Moments.Ring(1), AdminJson.Default.RingReport),
            _ => Metrics,
        });
    }
}
