using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Shell;

/// <summary><c>coterie cql</c> as a person uses it, on a terminal.</summary>
public sealed class CqlTerminalTests(SharedCluster shared)
{
    private const string Up = "\u001b[A";
    private const string ControlC = "\u0003";
    private const string ControlD = "\u0004";

    [Fact]
    public async Task Statements_take_several_lines_and_come_back_and_errors_do_not_end_the_shell()
    {
        await using var terminal = await StartAsync(columns: 100);
        await terminal.TypeAsync("USE coterie_check;\r", "cql:coterie_check> ");
        await terminal.TypeAsync("SELECT id\r", "   ... ");
        await terminal.TypeAsync("  FROM ready;\r", "(1 row)");
        await terminal.TypeAsync("SELECT nothing FROM ready;\r", "Undefined column name nothing");
        await terminal.TypeAsync(Up, "SELECT nothing FROM ready;");
        await terminal.TypeAsync("\r", "Undefined column name nothing");
        await terminal.TypeAsync("SELECT id FROM", "FROM");
        await terminal.TypeAsync(ControlC, "^C");
        await terminal.TypeAsync("CONSISTENCY QUORUM\r", "Consistency level QUORUM");
        await terminal.TypeAsync("HELP\r", "leave; so does Ctrl-D");
        await terminal.TypeAsync(ControlD, "\n");
        Assert.Equal(0, await terminal.ExitAsync());
    }

    [Fact]
    public async Task A_row_too_wide_for_the_screen_is_shown_one_value_a_line()
    {
        await using var terminal = await StartAsync(columns: 60);
        var shown = await terminal.TypeAsync("SELECT * FROM system.local;\r", "(1 row)");
        Assert.Contains("@ row 1", shown, StringComparison.Ordinal);
        Assert.Contains("org.apache.cassandra.dht.Murmur3Partitioner", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_rows_come_a_page_at_a_time_until_q()
    {
        await using var client = await shared.Cluster.ConnectAsync();
        await client.AskAsync("CREATE TABLE shared.paged (p int, c int, PRIMARY KEY (p, c))");
        await client.AskAsync($"BEGIN UNLOGGED BATCH {string.Concat(Enumerable.Range(0, 350).Select(c => $"INSERT INTO shared.paged (p, c) VALUES (1, {c});"))} APPLY BATCH");
        await using var terminal = await StartAsync(columns: 100);
        await terminal.TypeAsync("SELECT c FROM shared.paged WHERE p = 1;\r", "-- 100 rows so far; any key for more, q to stop --");
        await terminal.TypeAsync(" ", "-- 200 rows so far; any key for more, q to stop --");
        await terminal.TypeAsync("q", "(200 rows)");
        await terminal.TypeAsync("EXIT\r", "\n");
        Assert.Equal(0, await terminal.ExitAsync());
    }

    private async Task<Terminal> StartAsync(int columns)
    {
        Assert.SkipUnless(Terminal.IsAvailable, "needs 'script' of util-linux to make a terminal");
        var terminal = new Terminal(columns, ["cql", "--contact", shared.Cluster.Cql(1).ToString()]);
        await terminal.ExpectAsync("cql> ");
        return terminal;
    }
}
