using System.Net;
using System.Net.Sockets;
using Coterie.Host.Admin;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Host.Tests;

public sealed class AdminServerTests : IAsyncLifetime
{
    private readonly IPEndPoint _address = FreeAddress();
    private readonly HttpClient _client = new();
    private AdminServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var routes = new Dictionary<string, AdminRoute> { ["/healthz"] = _ => new(new AdminAnswer(200, AdminAnswer.PlainText, "ok\n")) };
        _server = new AdminServer(_address, routes, 100, NullLoggerFactory.Instance);
        await _server.StartAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_route_answers()
    {
        var answer = await SendAsync(HttpMethod.Get, "/healthz", null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("ok\n", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/healthz", "evil.example", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/healthz", "10.1.2.3:9180", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/healthz", "localhost:9180", HttpStatusCode.OK)]
    [InlineData("GET", "/healthz", "127.0.0.3", HttpStatusCode.OK)]
    [InlineData("GET", "/nothing", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/../healthz", "127.0.0.1", HttpStatusCode.OK)]
    [InlineData("POST", "/healthz", null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", "/healthz", null, HttpStatusCode.OK)]
    public async Task Foreign_hosts_unknown_paths_and_other_verbs_are_refused(string verb, string path, string? host, HttpStatusCode expected)
    {
        var answer = await SendAsync(new HttpMethod(verb), path, host);

        Assert.Equal(expected, answer.StatusCode);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod verb, string path, string? host)
    {
        var request = new HttpRequestMessage(verb, $"http://{_address}{path}");
        request.Headers.Host = host;
        return _client.SendAsync(request);
    }

    private static IPEndPoint FreeAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
