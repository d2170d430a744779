using System.Collections;
using Coterie.Host.Configuration;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Tests;

public sealed class HostOptionsReaderTests : IDisposable
{
    private const string Valid = """
        {
          "ClusterName": "test", "DataDirectory": "/tmp/somewhere",
          "Cql": { "Address": "127.0.0.1:9042" }, "Peer": { "Address": "127.0.0.1:7000" }, "Admin": { "Address": "127.0.0.1:9180" },
          "InitialNodes": [ "127.0.0.1:7000", "127.0.0.2:7000" ]
        }
        """;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"coterie-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_valid_file_gives_the_options_and_the_defaults()
    {
        var options = Read(Valid, [], out var problems);

        Assert.Empty(problems);
        Assert.NotNull(options);
        Assert.Equal("test", options.ClusterName);
        Assert.Equal("127.0.0.2:7000", options.InitialNodes[1].ToString());
        Assert.Equal("dc1", options.Datacenter);
        Assert.Equal(TimeSpan.FromSeconds(2), options.WriteTimeout);
        Assert.Equal(LogLevel.Information, options.LogLevel);
        Assert.Equal((true, TimeSpan.FromMinutes(1), 20_000), (options.Repair.Enabled, options.Repair.Interval, options.Repair.RowsPerSecond));
        Assert.Equal(50_000, options.Trees.RowsPerSecond);
    }

    [Fact]
    public void Repair_is_as_it_is_set()
    {
        var options = Read(
            Valid,
            ["--Repair:Enabled=false", "--Repair:Interval=10min", "--Repair:RowsPerSecond=1000", "--Trees:RowsPerSecond=2000"],
            out var problems);

        Assert.Empty(problems);
        Assert.Equal((false, TimeSpan.FromMinutes(10), 1_000), (options!.Repair.Enabled, options.Repair.Interval, options.Repair.RowsPerSecond));
        Assert.Equal(2_000, options.Trees.RowsPerSecond);
    }

    [Fact]
    public void Syncs_are_waited_for_unless_another_mode_is_set()
    {
        Assert.Equal(SyncMode.Group, Read(Valid, [], out _)!.Sync);
        var periodic = Read(Valid, ["--Storage:Sync=periodic", "--Storage:SyncInterval=200ms"], out var problems);
        Assert.Empty(problems);
        Assert.Equal((SyncMode.Periodic, TimeSpan.FromMilliseconds(200)), (periodic!.Sync, periodic.SyncInterval));
        Assert.Equal(TimeSpan.FromSeconds(1), Read(Valid, ["--Storage:Sync=periodic"], out _)!.SyncInterval);
        Assert.Equal(SyncMode.None, Read(Valid, ["--Storage:Sync=none"], out _)!.Sync);
    }

    [Theory]
    [InlineData("--Storage:Sync=sometimes", "is none of Group, Periodic, None")]
    [InlineData("--Storage:SyncInterval=2s", "is of no effect: only with Storage:Sync periodic is there an interval")]
    public void What_no_mode_of_syncs_is_and_an_interval_of_none_are_refused(string argument, string problem)
    {
        Assert.Null(Read(Valid, [argument], out var problems));
        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_beats_the_environment_which_beats_the_file()
    {
        var environment = new Hashtable { ["COTERIE__Rack"] = "r-env", ["COTERIE__Timeouts__Write"] = "1500ms", ["PATH"] = "/bin" };

        var options = Read(Valid, ["--Rack=r-cli"], out var problems, environment);

        Assert.Empty(problems);
        Assert.Equal("r-cli", options!.Rack);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), options.WriteTimeout);
    }

    [Fact]
    public void Initial_nodes_can_be_one_text_with_commas()
    {
        var options = Read(Valid, ["--InitialNodes=127.0.0.9:7000, 127.0.0.1:7000"], out var problems);

        Assert.Empty(problems);
        Assert.Equal(["127.0.0.9:7000", "127.0.0.1:7000"], options!.InitialNodes.Select(node => node.ToString()));
    }

    [Theory]
    [InlineData("--Cql:Adress=127.0.0.1:1", "command line: Cql:Adress is not a known key; did you mean Cql:Address?")]
    [InlineData("--Repair:Enabled=no", "command line: Repair:Enabled 'no' is not true or false")]
    [InlineData("--Repair:Interval=10ms", "command line: Repair:Interval '10ms' is not between 1s and 1d")]
    [InlineData("--Repair:RowsPerSecond=1e6", "command line: Repair:RowsPerSecond '1e6' is not a whole number, as in 20000")]
    [InlineData("--Trees:RowsPerSecond=0", "command line: Trees:RowsPerSecond '0' is not between 100 and 100000000")]
    [InlineData("--Nonsense=1", "command line: Nonsense is not a known key")]
    [InlineData("--Timeouts:Write=500", "command line: Timeouts:Write '500' is not a number with a unit of time (us, ms, s, min, h or d), as in 2s")]
    [InlineData("--Timeouts:Write=-5s", "command line: Timeouts:Write '-5s' is not a number with a unit of time (us, ms, s, min, h or d), as in 2s")]
    [InlineData("--Timeouts:Write=1us", "command line: Timeouts:Write '1us' is not between 10ms and 10min")]
    [InlineData("--Storage:BlockCache=64MB", "command line: Storage:BlockCache '64MB' is not a number with a unit of size (B, KiB, MiB, GiB or TiB), as in 64MiB")]
    [InlineData("--Cql:Address=localhost:9042", "command line: Cql:Address 'localhost:9042' is not an IP address with a port, as in 127.0.0.1:9042")]
    [InlineData("--Cql:Address=127.0.0.1", "command line: Cql:Address '127.0.0.1' is not an IP address with a port, as in 127.0.0.1:9042")]
    [InlineData("--Cql:Address=127.0.0.1:7000", "command line: Cql:Address '127.0.0.1:7000' is also the address of something else")]
    [InlineData("--Logging:Level=Loud", "command line: Logging:Level 'Loud' is none of Trace, Debug, Information, Warning, Error, Critical, None")]
    [InlineData("--InsecureNoAuthNoTls=yes", "command line: InsecureNoAuthNoTls 'yes' is not true or false")]
    [InlineData("--InitialNodes=127.0.0.2:7000", "command line: InitialNodes '127.0.0.2:7000' does not name this node (127.0.0.1:7000); joining a cluster later is not possible yet")]
    [InlineData("--InitialNodes=127.0.0.1:7000,127.0.0.1:7000", "command line: InitialNodes '127.0.0.1:7000,127.0.0.1:7000' names a node twice")]
    [InlineData("--Cql:Address=10.0.0.1:9042", "command line: Cql:Address '10.0.0.1:9042' is not a loopback address; there is no authentication and no TLS yet, so this takes --insecure-no-auth-no-tls")]
    [InlineData("--Cql:Address=0.0.0.0:9042", "command line: Cql:Address '0.0.0.0:9042' stands for every interface; name the one that others reach")]
    [InlineData("--Admin:Address=10.0.0.1:9180", "command line: Admin:Address '10.0.0.1:9180' is not a loopback address; the admin address has no authentication and may be nothing else")]
    [InlineData("--Console:Address=10.0.0.1:9080", "command line: Console:Address '10.0.0.1:9080' is not a loopback address; the console has no authentication and may be nothing else")]
    [InlineData("--Console:Address=127.0.0.1:9042", "command line: Console:Address '127.0.0.1:9042' is also the address of something else")]
    [InlineData("--Console:Address=here", "command line: Console:Address 'here' is not an IP address with a port, as in 127.0.0.1:9042")]
    [InlineData("rack", "command line: 'rack' is not of the form --Key=Value")]
    public void What_is_wrong_is_one_line(string argument, string problem)
    {
        Assert.Null(Read(Valid, [argument], out var problems));

        Assert.Equal([problem], problems);
    }

    [Fact]
    public void There_is_a_console_where_it_is_asked_for_and_nowhere_else()
    {
        Assert.Null(Read(Valid, [], out _)!.ConsoleAddress);
        Assert.Equal("127.0.0.1:9080", Read(Valid, ["--Console:Address=127.0.0.1:9080"], out _)!.ConsoleAddress!.ToString());
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        Assert.Null(Read("""{ "ClusterName": "", "Cql": { "Address": "x", "Port": 1 }, "Timeouts": { "Read": "5" } }""", [], out var problems));

        Assert.Equal(8, problems.Count);
        Assert.Contains(problems, problem => problem.StartsWith("DataDirectory is missing", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("Cql:Port is not a known key", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("Timeouts:Read '5'", StringComparison.Ordinal));
    }

    [Fact]
    public void An_address_that_others_reach_takes_the_flag_with_the_honest_name()
    {
        var options = Read(Valid, ["--Cql:Address=10.0.0.1:9042", HostOptionsReader.InsecureFlag], out var problems);

        Assert.Empty(problems);
        Assert.True(options!.InsecureNoAuthNoTls);
    }

    [Theory]
    [InlineData("{ \"A\": 1, }}")]
    [InlineData("")]
    [InlineData("{ \"ClusterName\": \"a\", \"ClusterName\": \"b\" }")]
    public void A_file_that_is_not_proper_JSON_is_one_problem_that_names_it(string content)
    {
        Assert.Null(Read(content, [], out var problems));

        Assert.StartsWith(_file, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_one_problem_that_names_it()
    {
        var problems = new List<string>();

        Assert.Null(HostOptionsReader.Read("/nowhere/coterie.json", new Hashtable(), [], problems, out _));

        Assert.Equal(["/nowhere/coterie.json: there is no such file"], problems);
    }

    private HostOptions? Read(string json, string[] arguments, out List<string> problems, Hashtable? environment = null)
    {
        File.WriteAllText(_file, json);
        problems = [];
        return HostOptionsReader.Read(_file, environment ?? [], arguments, problems, out _);
    }
}
