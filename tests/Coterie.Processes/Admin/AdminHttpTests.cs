using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Admin;

/// <summary>The admin address of a real node.</summary>
public sealed partial class AdminHttpTests(SharedCluster shared)
{
    private static readonly HttpClient Http = new();

    [Theory]
    [InlineData("/healthz", "ok\n")]
    [InlineData("/readyz", "ready\n")]
    public async Task Probes_answer(string path, string body)
    {
        var answer = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Head, path)).StatusCode);
    }

    [Fact]
    public async Task A_node_without_a_majority_is_healthy_and_not_ready()
    {
        await using var cluster = await DevCluster.StartAsync();
        Signals.Send(cluster.ProcessId(2), PosixSignalNumber.Kill);
        Signals.Send(cluster.ProcessId(3), PosixSignalNumber.Kill);
        await Until.TrueAsync("node 1 is not ready", async () =>
            (await Http.GetAsync($"http://{cluster.Admin(1)}/readyz", TestContext.Current.CancellationToken)).StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.Equal("ok\n", await Http.GetStringAsync($"http://{cluster.Admin(1)}/healthz", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Metrics_are_what_Prometheus_reads_and_named_as_it_wants()
    {
        await using (var client = await shared.Cluster.ConnectAsync())
        {
            await client.AskAsync("INSERT INTO coterie_check.ready (id, at) VALUES (1, toTimestamp(now()))");
        }

        var answer = await SendAsync(HttpMethod.Get, "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');

        Assert.Equal("", lines[^1]);
        string name = "", type = "";
        var values = new Dictionary<string, double>();
        for (var i = 0; i < lines.Length - 1; i++)
        {
            if (HelpLine().Match(lines[i]) is { Success: true } help)
            {
                name = help.Groups[1].Value;
                type = TypeLine().Match(lines[++i]) is { Success: true } typed && typed.Groups[1].Value == name ? typed.Groups[2].Value : "";
                Assert.Equal(type == "counter", name.EndsWith("_total", StringComparison.Ordinal));
                continue;
            }

            var sample = SampleLine().Match(lines[i]);
            Assert.True(sample.Success, $"not a sample: {lines[i]}");
            Assert.Contains(sample.Groups[1].Value, type == "histogram" ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : new[] { name });
            values.Add(sample.Groups[1].Value + sample.Groups[2].Value, double.Parse(sample.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.True(values["coterie_cql_requests_total"] > 0);
        Assert.True(values["coterie_cql_request_seconds_count{kind=\"write\"}"] > 0);
        Assert.Equal(values["coterie_cql_request_seconds_count{kind=\"write\"}"], values["coterie_cql_request_seconds_bucket{kind=\"write\",le=\"+Inf\"}"]);
        Assert.True(values["coterie_writer_durable_writes_total"] > 0);
        Assert.True(values["coterie_storage_bytes"] > 0);
        Assert.Equal(0, values["coterie_metrics_unreadable"]);
        Assert.Equal(3, values.Count(value => value.Key.StartsWith("coterie_node_up{", StringComparison.Ordinal)));
        Assert.Contains(values, value => value.Key.StartsWith("coterie_coordinator_writes_total{result=", StringComparison.Ordinal) && value.Value > 0);
        Assert.Contains("dotnet_process_memory_working_set_bytes", values.Keys);
    }

    [Fact]
    public async Task What_is_not_there_or_not_meant_is_refused_by_its_status()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/nothing")).StatusCode);
        var post = await SendAsync(HttpMethod.Post, "/metrics");
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD"), (post.StatusCode, string.Join(", ", post.Content.Headers.Allow)));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await SendAsync(HttpMethod.Delete, "/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(HttpMethod.Get, "/healthz", content: new ByteArrayContent(new byte[64 * 1024]))).StatusCode);
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("evil.example:9180", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.1", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:9180", HttpStatusCode.OK)]
    public async Task A_name_that_is_not_of_this_machine_is_refused(string host, HttpStatusCode expected)
    {
        foreach (var path in new[] { "/healthz", "/metrics", "/api/status", "/api/ring" })
        {
            Assert.Equal(expected, (await SendAsync(HttpMethod.Get, path, host)).StatusCode);
        }
    }

    [Fact]
    public async Task Bad_requests_get_an_answer_or_a_closed_connection_and_the_next_one_is_served()
    {
        Assert.StartsWith("HTTP/1.1 400", await RawAsync("nonsense\r\n\r\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await RawAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", await RawAsync(Encoding.ASCII.GetBytes($"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await RawAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('a', 100_000)}\r\n\r\n")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413", await RawAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"u8.ToArray()), StringComparison.Ordinal);
        var noise = new byte[5_000];
        new Random(5).NextBytes(noise);
        await RawAsync(noise);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/healthz")).StatusCode);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? host = null, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, $"http://{shared.Cluster.Admin(1)}{path}") { Content = content };
        request.Headers.Host = host;
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>What comes back until the other side closes or answers.</summary>
    private async Task<string> RawAsync(byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(shared.Cluster.Admin(1), TestContext.Current.CancellationToken);
        var answer = new byte[4096];
        try
        {
            await socket.SendAsync(request, TestContext.Current.CancellationToken);
            var length = await socket.ReceiveAsync(answer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            return Encoding.ASCII.GetString(answer, 0, length);
        }
        catch (SocketException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^# HELP ([a-z_][a-z0-9_]*) \S.*$")]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^([a-z_][a-z0-9_]*)(\{[a-z0-9_]+=""[^""]*""(?:,[a-z0-9_]+=""[^""]*"")*\})? (\S+)$")]
    private static partial Regex SampleLine();
}
