using System.Net;
using System.Net.Sockets;
using System.Text;
using Coterie.Host.Admin;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Host.Tests;

public sealed class AdminServerTests : IAsyncLifetime
{
    private readonly IPEndPoint _address = FreeAddress.Take();
    private readonly HttpClient _client = new();
    private AdminServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var routes = new Dictionary<string, AdminRoute> { ["/healthz"] = (_, _) => new(new AdminAnswer(200, AdminAnswer.PlainText, "ok\n")) };
        var jobs = new Dictionary<string, AdminJob>
        {
            ["/job"] = new()
            {
                Begin = body => new(new AdminAnswer(202, AdminAnswer.Json, Encoding.UTF8.GetString(body.Span))),
                Follow = id => new AdminAnswer(id == "7" ? 200 : 404, AdminAnswer.PlainText, id),
            },
        };
        _server = new AdminServer(_address, routes, jobs, 100, NullLoggerFactory.Instance);
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

    [Fact]
    public async Task A_job_is_begun_with_a_body_and_followed_by_its_id()
    {
        var begun = await PostAsync("/job", "{}", "application/json");
        var followed = await SendAsync(HttpMethod.Get, "/job/7", null);

        Assert.Equal((HttpStatusCode.Accepted, "{}"), (begun.StatusCode, await begun.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.OK, "7"), (followed.StatusCode, await followed.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("GET", "/job", "POST")]
    [InlineData("DELETE", "/job", "POST")]
    [InlineData("POST", "/job/7", "GET, HEAD")]
    [InlineData("DELETE", "/job/7", "GET, HEAD")]
    public async Task Other_verbs_at_a_job_are_refused_and_the_right_ones_named(string verb, string path, string allowed)
    {
        var answer = await SendAsync(new HttpMethod(verb), path, null);

        Assert.Equal((HttpStatusCode.MethodNotAllowed, allowed), (answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow)));
    }

    [Theory]
    [InlineData("/job/8")]
    [InlineData("/job/")]
    [InlineData("/job/7/8")]
    [InlineData("/jobs")]
    public async Task A_job_that_is_not_there_is_not_found(string path)
    {
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, path, null)).StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task A_body_such_as_a_form_of_a_web_page_can_post_begins_nothing(string contentType)
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync("/job", "{}", contentType)).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Host", "evil.example")]
    public async Task What_a_web_page_sends_begins_nothing(string header, string value)
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("/job", "{}", "application/json", (header, value))).StatusCode);
    }

    [Fact]
    public async Task No_web_page_is_told_that_it_may_post()
    {
        var request = new HttpRequestMessage(HttpMethod.Options, $"http://{_address}/job");
        request.Headers.Add("Origin", "http://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");

        var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(1_024, false, HttpStatusCode.Accepted)]
    [InlineData(1_025, false, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(1_025, true, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(1_000_000, true, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_is_small_however_its_length_is_told(int length, bool chunked, HttpStatusCode expected)
    {
        Assert.Equal(expected, (await PostAsync("/job", new string(' ', length), "application/json", chunked ? ("Transfer-Encoding", "chunked") : null)).StatusCode);
    }

    [Theory]
    [InlineData("/healthz", "GET", "text/plain")]
    [InlineData("/job", "POST", "text/plain")]
    [InlineData("/job", "POST", "application/json")]
    public async Task Who_sends_slowly_still_hears_why_the_body_is_refused(string path, string verb, string contentType)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_address);
        await using var stream = new NetworkStream(socket);
        const int Length = 500_000;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{verb} {path} HTTP/1.1\r\nHost: {_address}\r\nContent-Type: {contentType}\r\nContent-Length: {Length}\r\n\r\n"));
        for (var sent = 0; sent < Length; sent += 1_000)
        {
            await stream.WriteAsync(new byte[1_000]);
        }

        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Matches("^HTTP/1.1 4(13|15) ", await reader.ReadLineAsync() ?? "");
        Assert.Contains("Connection: close", await reader.ReadToEndAsync(), StringComparison.OrdinalIgnoreCase);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body, string contentType, (string Name, string Value)? header = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://{_address}{path}") { Content = new StringContent(body, Encoding.UTF8, contentType) };
        if (header is { } one)
        {
            request.Headers.Add(one.Name, one.Value);
        }

        return _client.SendAsync(request);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod verb, string path, string? host)
    {
        var request = new HttpRequestMessage(verb, $"http://{_address}{path}");
        request.Headers.Host = host;
        return _client.SendAsync(request);
    }
}
