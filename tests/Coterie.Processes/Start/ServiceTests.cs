using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Coterie.Host.CqlClient;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Start;

/// <summary>One node the way a service manager runs it.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task SIGTERM_answers_what_is_in_flight_and_ends_with_success()
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        await using var process = await node.StartUpAsync();
        await using var client = await Client.ConnectAsync(node.Cql);
        await client.CreateTableAsync(replicas: 1);
        var acknowledged = 0;
        var writing = WriteUntilItEndsAsync();
        await Until.TrueAsync("some writes are acknowledged", () => Volatile.Read(ref acknowledged) > 20);

        process.Signal(PosixSignalNumber.Terminate);

        Assert.Equal(0, await process.ExitAsync());
        await writing;
        Assert.EndsWith("Stopped", process.Lines[^1], StringComparison.Ordinal);
        await using var again = await node.StartUpAsync();
        await using var reader = await Client.ConnectAsync(node.Cql);
        var stored = (await reader.AllRowsAsync("SELECT id FROM shop.cart")).Select(row => Client.Int(row[0])).ToHashSet();
        Assert.All(Enumerable.Range(0, acknowledged), id => Assert.Contains(id, stored));

        async Task WriteUntilItEndsAsync()
        {
            try
            {
                while (true)
                {
                    await client.AskAsync($"INSERT INTO shop.cart (id, v) VALUES ({acknowledged}, 'tea')");
                    Interlocked.Increment(ref acknowledged);
                }
            }
            catch (IOException)
            {
                // The node has closed the connection.
            }
            catch (CqlErrorException e)
            {
                Assert.Contains("stopping", e.Message, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task The_environment_overrides_the_file_and_the_command_line_overrides_both()
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        node.Settings["ClusterName"] = "file";
        node.Settings["Datacenter"] = "file";
        node.Settings["Rack"] = "file";
        var start = CoterieCommand.StartInfo(CoterieCommand.Path, ["start", "--exit-with-parent", "--config", node.Write(), "--Rack=line"]);
        start.Environment["COTERIE__Datacenter"] = "environment";
        start.Environment["COTERIE__Rack"] = "environment";
        await using var process = new CoterieProcess(start);
        await process.LineAsync(" Up: ");
        using var http = new HttpClient();

        var status = (await http.GetFromJsonAsync<JsonNode>($"http://{node.Admin}/api/status", TestContext.Current.CancellationToken))!;

        Assert.Equal("file", (string?)status["cluster"]);
        Assert.Equal("environment", (string?)status["nodes"]![0]!["datacenter"]);
        Assert.Equal("line", (string?)status["nodes"]![0]!["rack"]);
        Assert.Equal(process.Id, (int)status["processId"]!);
    }
}
