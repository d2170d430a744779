using System.Net;
using System.Net.Sockets;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Dev;

/// <summary>Where something listens already, <c>coterie dev</c> says so at once and takes nobody else's cluster for its own.</summary>
public sealed class TakenPortsTests
{
    [Fact]
    public async Task Another_cluster_on_the_same_addresses_is_named_and_never_taken_for_ready()
    {
        await using var other = await DevCluster.StartAsync();
        using var directory = new TemporaryDirectory();

        var refused = await CoterieCommand.RunAsync("dev", "--address", other.First.ToString(), "--data", directory.Path);

        Assert.Equal(78, refused.ExitCode);
        Assert.DoesNotContain("ready", refused.Output, StringComparison.Ordinal);
        for (var node = 1; node <= 3; node++)
        {
            Assert.Contains($"node{node}: {other.Cql(node)} (CQL), ", refused.ErrorLines[node - 1], StringComparison.Ordinal);
            Assert.Contains($"taken by process {other.ProcessId(node)}, a node of another Coterie cluster ('dev')", refused.ErrorLines[node - 1], StringComparison.Ordinal);
        }

        Assert.Contains("--address", refused.ErrorLines[3], StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task The_directory_of_a_cluster_that_runs_is_not_touched()
    {
        await using var other = await DevCluster.StartAsync("--nodes", "1");
        var configuration = Path.Combine(other.Data, "node1", "coterie.json");
        var before = await File.ReadAllTextAsync(configuration, TestContext.Current.CancellationToken);

        var refused = await CoterieCommand.RunAsync("dev", "--nodes", "1", "--address", Addresses.First().ToString(), "--data", other.Data, "--fresh");

        Assert.Equal(78, refused.ExitCode);
        Assert.Contains($"node1: a node runs there, process {other.ProcessId(1)}", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(configuration, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(Addresses.CqlPort, "(CQL)")]
    [InlineData(Addresses.PeerPort, "(node to node)")]
    [InlineData(Addresses.AdminPort, "(admin)")]
    public async Task One_port_that_a_stranger_has_is_named(int port, string use)
    {
        using var directory = new TemporaryDirectory();
        var first = Addresses.First();
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var taken = new IPEndPoint(Addresses.Following(first, 1), port);
        stranger.Bind(taken);
        stranger.Listen();

        var refused = await CoterieCommand.RunAsync("dev", "--address", first.ToString(), "--data", directory.Path);

        Assert.Equal(78, refused.ExitCode);
        Assert.Equal($"coterie: node2: {taken} {use}: the port is taken by another process", refused.ErrorLines[0]);
        Assert.Equal(2, refused.ErrorLines.Length);
    }

    [Theory]
    [InlineData("--nodes", "0", "--nodes must be from 1 to 50")]
    [InlineData("--nodes", "many", "'many' is not a whole number")]
    [InlineData("--dcs", "0", "--dcs must be at least 1")]
    [InlineData("--address", "10.0.0.1", "addresses in 127.0.0.0/8")]
    [InlineData("--nonsense", "1", "--nonsense")]
    public async Task Options_that_make_no_sense_are_refused(string option, string value, string why)
    {
        using var directory = new TemporaryDirectory();
        var refused = await CoterieCommand.RunAsync("dev", "--data", directory.Path, option, value);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(why, refused.Error, StringComparison.Ordinal);
    }
}
