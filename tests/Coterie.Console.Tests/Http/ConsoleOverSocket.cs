using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Coterie.WebConsole.Lab;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.WebConsole.Tests.Http;

/// <summary>A console on a port of its own, and a client that asks its API as any program does.</summary>
internal sealed class ConsoleOverSocket : IAsyncDisposable
{
    private ConsoleOverSocket(ConsoleServer server) => Server = server;

    public ConsoleServer Server { get; }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="cluster">Null: it stands beside no node.</param>
    /// <param name="lab">Null: it has none.</param>
    public static async Task<ConsoleOverSocket> StartAsync(ConsoleCluster? cluster = null, ILabNodes? lab = null) => new(await ConsoleServer.StartAsync(
        new IPEndPoint(IPAddress.Loopback, 0), cluster ?? new ConsoleCluster([]), TimeProvider.System, NullLoggerFactory.Instance, lab, Cancel));

    /// <param name="page">That has it.</param>
    public async Task<string> TokenAsync(string page = "/") =>
        Regex.Match(await Client.GetStringAsync(Address(page), Cancel), "name=\"coterie-token\" content=\"([^\"]+)\"").Groups[1].Value;

    public string Address(string path) => $"http://{Server.Address}{path}";

    /// <param name="token">Null: without the header.</param>
    /// <param name="body">JSON; null: none.</param>
    public async Task<(HttpStatusCode Status, JsonObject Answer)> SendAsync(string method, string path, string? token, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Address(path));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Coterie-Token", token);
        }

        using var response = await Client.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!.AsObject());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
