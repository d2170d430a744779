using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Dev;

/// <summary>The console beside real processes.</summary>
public sealed class ConsoleTests : IDisposable
{
    private const int Port = 9080;

    private readonly TemporaryDirectory _directory = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_development_cluster_has_one_that_outlives_a_node()
    {
        var first = Addresses.First();
        await using var supervisor = Start(first);

        await supervisor.LineAsync(line => line == $"console: http://{first}:{Port}");
        Signals.Send(int.Parse(await File.ReadAllTextAsync(Path.Combine(_directory.Path, "node1", "coterie.pid"), Cancel), System.Globalization.CultureInfo.InvariantCulture), PosixSignalNumber.Kill);
        await supervisor.LineAsync(line => line.StartsWith("node1 (", StringComparison.Ordinal));

        Assert.Equal("strong", await PromiseAsync(first));
    }

    [Fact]
    public async Task A_port_that_is_taken_costs_the_console_and_not_the_cluster()
    {
        var first = Addresses.First();
        using var taken = new TcpListener(first, Port);
        taken.Start();
        await using var supervisor = Start(first);

        await supervisor.LineAsync(line => line.StartsWith("ready", StringComparison.Ordinal));
        await supervisor.LineAsync(line => line.StartsWith($"no console: Failed to bind to address http://{first}:{Port}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_has_one_where_its_configuration_says_so()
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        node.Settings["Console"] = new JsonObject { ["Address"] = $"{node.Cql.Address}:{Port}" };
        await using var process = await node.StartUpAsync();

        await Until.TrueAsync("the console answers", async () =>
        {
            try
            {
                return await PromiseAsync(node.Cql.Address) == "strong";
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private CoterieProcess Start(IPAddress first) =>
        CoterieProcess.Start(["dev", "--nodes", "2", "--exit-with-parent", "--address", first.ToString(), "--data", _directory.Path]);

    private async Task<string> PromiseAsync(IPAddress address) =>
        (string)JsonNode.Parse(await _client.GetStringAsync($"http://{address}:{Port}/api/quorum?n=3&r=2&w=2", Cancel))!["promise"]!;
}
