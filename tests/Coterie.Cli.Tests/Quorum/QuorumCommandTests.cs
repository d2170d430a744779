using System.CommandLine;
using System.Text.Json.Nodes;
using Coterie.Cli.Quorum;
using Coterie.Host.Start;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Tests.Quorum;

public sealed class QuorumCommandTests
{
    [Fact]
    public void It_says_what_two_of_three_promise_and_why()
    {
        var (code, output, error) = Run(new QuorumWords { Replicas = "3", Read = "2", Write = "2" });

        Assert.Equal((ExitCodes.Success, ""), (code, error));
        Assert.StartsWith("N = 3, R = 2 (QUORUM), W = 2 (QUORUM): strong\nR + W = 2 + 2 = 4 is more than N = 3", output, StringComparison.Ordinal);
        Assert.Equal(["reads stop without", "2", "any 2 of the 3 replicas", "3"], Row(output, "reads stop"));
        Assert.Equal(["writes", "99.9702 %", "3.5", "13.06"], Row(output, "writes  "));
        Assert.Contains("a write is seen at once by every read (", output, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_how_stale_reads_may_be()
    {
        var (_, output, _) = Run(new QuorumWords { Read = "ONE", Write = "ONE", Model = "lnkd-disk" });

        Assert.StartsWith("N = 3, R = 1 (ONE), W = 1 (ONE): eventual\n", output, StringComparison.Ordinal);
        Assert.Matches(@"a write is seen at once by 4\d\.\d+ % of reads, by 90 % after \d+(\.\d+)? ms, by 99 % after ", output);
        Assert.Contains("- A write may be acknowledged when one replica alone has it", output, StringComparison.Ordinal);
    }

    [Fact]
    public void It_shows_which_data_centres_are_sure_to_meet_and_what_the_dead_stop()
    {
        var (_, output, _) = Run(new QuorumWords { Replicas = "east:3,west:3", Read = "local_quorum", Write = "local_quorum", Dead = "1,2" });

        Assert.Contains(": strong within a data centre\n", output, StringComparison.Ordinal);
        Assert.Equal(["written from east", "1", "0"], Row(output, "written from east"));
        Assert.Contains("with east/1, east/2 dead: reads stop, writes stop, and if they never come back an acknowledged write may be gone\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Eighteen_nines_are_not_always() =>
        Assert.Equal(["reads", "more than 99.99999999 %", "18.0", "4.4e-14"], Row(Run(new QuorumWords { Replicas = "9", Read = "1", Write = "8" }).Output, "reads  "));

    [Fact]
    public void A_number_without_a_name_is_said_to_have_none() =>
        Assert.Contains("R = 4 (CQL has no name for it: coterie.required)", Run(new QuorumWords { Replicas = "5", Read = "4" }).Output, StringComparison.Ordinal);

    [Fact]
    public void Programs_get_the_same_as_JSON()
    {
        var (_, output, _) = Run(new QuorumWords { Replicas = "3", Read = "1", Write = "3" }, json: true);

        var json = JsonNode.Parse(output)!;
        Assert.Equal(("strong", 3, 1, 3, 1), ((string)json["promise"]!, (int)json["n"]!, (int)json["r"]!, (int)json["w"]!, (int)json["sureToMeet"]!));
        Assert.Equal(1, (int)json["failures"]!["writesStop"]!["smallest"]!);
        Assert.Equal(0.029701, (double)json["writes"]!["unavailability"]!, 1e-12);
        Assert.Equal(1, (double)json["delays"]!["seenAtOnce"]!);
    }

    [Fact]
    public void Every_problem_is_a_line_on_the_error_stream()
    {
        var (code, output, error) = Run(new QuorumWords { Replicas = "3", Read = "4", Write = "0" });

        Assert.Equal((ExitCodes.Usage, ""), (code, output));
        Assert.Equal("coterie: R must be from 1 to 3, the number of replicas, not 4\ncoterie: W = 0 would acknowledge a write that no replica has; W must be at least 1\n", error);
    }

    [Fact]
    public void Delays_without_a_finite_length_are_refused()
    {
        var (code, output, error) = Run(new QuorumWords { Model = "w=pareto(0.2,0.0001);ars=1" }, json: true);

        Assert.Equal((ExitCodes.Usage, ""), (code, output));
        Assert.StartsWith("coterie: the shape of a Pareto delay must be at least 0.1", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_trials_are_refused() =>
        Assert.Equal("coterie: --trials must be from 1000 to 10000000\n", Run(new QuorumWords(), trials: 1).Error);

    [Theory]
    [InlineData("--n 5 --r 4 --w 2", 0)]
    [InlineData("--dcs 3,3 --read-level LOCAL_QUORUM --write-level EACH_QUORUM --read-from dc2 --remote-ms 80", 0)]
    [InlineData("--n 3 --dcs 3,3", ExitCodes.Usage)]
    [InlineData("--r 1 --read-level ONE", ExitCodes.Usage)]
    [InlineData("--w 1 --write-level ONE", ExitCodes.Usage)]
    [InlineData("--node-availability 2", ExitCodes.Usage)]
    [InlineData("--model fast", ExitCodes.Usage)]
    [InlineData("--r many", ExitCodes.Usage)]
    public async Task The_command_line_is_understood_or_refused(string arguments, int code) =>
        Assert.Equal(code, await QuorumCommand.Create().Parse($"{arguments} --trials 1000").InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));

    private static (int Code, string Output, string Error) Run(QuorumWords words, bool json = false, int trials = 20_000)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = QuorumCommand.Run((words, null), trials, 1, json, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static string[] Row(string output, string start)
    {
        var line = output.Split('\n').First(line => line.StartsWith($"| {start}", StringComparison.Ordinal));
        return [.. line.Trim('|').Split('|').Select(static cell => cell.Trim())];
    }
}
