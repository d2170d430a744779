using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Start;

/// <summary><c>coterie start</c> refuses what it cannot run, with one line for each problem and all at once.</summary>
public sealed class StartRefusalTests : IDisposable
{
    private const int Refused = 78;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_problem_has_its_line_and_all_come_at_once()
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        using var stranger = Listener(node.Cql);
        Directory.CreateDirectory(node.DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(node.DataDirectory, "coterie.node"), """{"ClusterName":"other","PeerAddress":"127.0.0.1:7000"}""", TestContext.Current.CancellationToken);
        node.Settings["Datacentre"] = "dc1";
        node.Settings["Timeouts"] = new JsonObject { ["Write"] = "2 lightyears", ["Read"] = "-1s" };
        node.Settings["Storage"] = new JsonObject { ["BlockCache"] = "64 ms" };
        node.Settings["InitialNodes"]!.AsArray().Add(node.Peer.ToString());

        var refused = await CoterieCommand.RunAsync("start", "--config", node.Write(), "--Logging:Level=Loud");

        Assert.Equal(Refused, refused.ExitCode);
        Assert.Empty(refused.Output);
        Assert.Equal(8, refused.ErrorLines.Length);
        Assert.All(refused.ErrorLines, line => Assert.StartsWith("coterie: ", line, StringComparison.Ordinal));
        Has("Datacentre is not a known key; did you mean Datacenter?");
        Has("Timeouts:Write '2 lightyears' is not a number with a unit of time");
        Has("Timeouts:Read '-1s'");
        Has("Storage:BlockCache '64 ms' is not a number with a unit of size");
        Has("InitialNodes names a node twice");
        Has("command line: Logging:Level 'Loud' is none of Trace, Debug");
        Has($"Cql:Address {node.Cql}: the port is taken by another process");
        Has("holds data of the cluster 'other'; this configuration is for 'test'");

        void Has(string part) => Assert.Single(refused.ErrorLines, line => line.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_directory_in_use_is_refused_with_the_process_that_uses_it()
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        await using var running = await node.StartUpAsync();
        var other = NodeConfiguration.Cluster(_directory["other"], 1)[0];
        other.Settings["DataDirectory"] = node.DataDirectory;

        var refused = await CoterieCommand.RunAsync("start", "--config", other.Write());

        Assert.Equal(Refused, refused.ExitCode);
        Assert.Equal($"coterie: {node.DataDirectory}: in use by another process ({running.Id})", Assert.Single(refused.ErrorLines));
    }

    [Fact]
    public async Task A_node_asked_to_be_in_a_cluster_that_has_formed_without_it_is_refused()
    {
        var nodes = NodeConfiguration.Cluster(_directory.Path, 1);
        await using var member = await nodes[0].StartUpAsync();
        var stranger = NodeConfiguration.Cluster(_directory["stranger"], 1)[0];
        stranger.Settings["InitialNodes"] = new JsonArray(nodes[0].Peer.ToString(), stranger.Peer.ToString());

        await using var process = stranger.Start();

        Assert.Equal(Refused, await process.ExitAsync());
        Assert.False(member.HasExited);
    }

    [Theory]
    [InlineData("Cql:Address", "192.0.2.1:9042", "is not a loopback address; there is no authentication and no TLS yet, so this takes --insecure-no-auth-no-tls")]
    [InlineData("Peer:Address", "192.0.2.1:7000", "is not a loopback address; there is no authentication and no TLS yet, so this takes --insecure-no-auth-no-tls")]
    [InlineData("Cql:Address", "0.0.0.0:9042", "stands for every interface; name the one that others reach")]
    [InlineData("Admin:Address", "192.0.2.1:9180", "is not a loopback address; the admin address has no authentication and may be nothing else")]
    public async Task Addresses_that_others_reach_are_refused(string key, string value, string why)
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        var refused = await CoterieCommand.RunAsync("start", "--config", node.Write(), $"--{key}={value}");
        Assert.Equal(Refused, refused.ExitCode);
        Assert.Contains(refused.ErrorLines, line => line.EndsWith($"command line: {key} '{value}' {why}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_flag_with_the_honest_name_lets_an_address_pass_but_never_the_admin_address()
    {
        var node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        var refused = await CoterieCommand.RunAsync(
            "start", "--config", node.Write(), "--insecure-no-auth-no-tls", "--Cql:Address=192.0.2.1:9042", "--Admin:Address=192.0.2.1:9180");

        // What is left of the first is that this machine does not have such an address.
        Assert.DoesNotContain("Cql:Address '192.0.2.1:9042' is not a loopback", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Cql:Address 192.0.2.1:9042: this machine does not have that address", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Admin:Address '192.0.2.1:9180' is not a loopback address", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ nonsense", "coterie.json: ")]
    [InlineData("{}", "ClusterName is missing")]
    public async Task A_file_that_says_nothing_is_refused(string content, string why)
    {
        var path = _directory["coterie.json"];
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        var refused = await CoterieCommand.RunAsync("start", "--config", path);
        Assert.Equal(Refused, refused.ExitCode);
        Assert.Contains(why, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused()
    {
        var refused = await CoterieCommand.RunAsync("start", "--config", _directory["none.json"]);
        Assert.Equal(Refused, refused.ExitCode);
        Assert.EndsWith("none.json: there is no such file", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
    }

    private static Socket Listener(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(address);
        socket.Listen();
        return socket;
    }
}
