using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Shell;

/// <summary><c>coterie cql</c> with statements from the command line or a pipe: for scripts, so text is plain and errors end it.</summary>
public sealed class CqlShellTests(SharedCluster shared)
{
    [Fact]
    public async Task Several_statements_show_their_rows_with_nulls_and_collections()
    {
        var ran = await shared.Cluster.ShellAsync("-e", """
            CREATE KEYSPACE readable WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}; USE readable;
            CREATE TABLE t (id int PRIMARY KEY, name text, tags set<text>, counts map<text, int>);
            INSERT INTO t (id, name, tags, counts) VALUES (1, 'it''s tea; green', {'b', 'a'}, {'x': 1});
            INSERT INTO t (id) VALUES (2);
            SELECT * FROM t WHERE id IN (1, 2)
            """);

        Assert.True(ran.ExitCode == 0, ran.ToString());
        Assert.Equal(
            """
            +--------------------------------------------------+
            | id | counts   | name             | tags          |
            |----+----------+------------------+---------------|
            |  1 | {'x': 1} | it's tea; green  | {'a', 'b'}    |
            |  2 | null     | null             | null          |
            +--------------------------------------------------+
            (2 rows)
            """.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal),
            ran.Output.Trim().Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_first_error_ends_a_script_and_says_where_it_is()
    {
        var ran = await CoterieCommand.RunAsync(
            ["cql", "--contact", shared.Cluster.Cql(1).ToString()],
            "SELECT key FROM system.local;\n\n-- a comment; not a statement\nSELECT key,\n  FROM system.local;\nSELECT cluster_name FROM system.local;\n",
            []);

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("(1 row)", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cluster_name", ran.Output, StringComparison.Ordinal);
        Assert.Equal(2, ran.ErrorLines.Length);
        Assert.StartsWith("SyntaxError: line 2:", ran.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal("in statement 2, which begins in line 4: SELECT key, FROM system.local", ran.ErrorLines[1]);
    }

    [Fact]
    public async Task The_level_is_the_one_that_was_asked_for()
    {
        var ran = await shared.Cluster.ShellAsync("--consistency", "SERIAL", "-e", "CONSISTENCY; SELECT * FROM coterie_check.ready");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("Consistency level SERIAL", ran.Output, StringComparison.Ordinal);
        Assert.Contains("SERIAL", ran.ErrorLines[0], StringComparison.Ordinal);

        var bad = await shared.Cluster.ShellAsync("--consistency", "MOST", "-e", "CONSISTENCY");
        Assert.Equal(64, bad.ExitCode);
        Assert.Contains("MOST is not a consistency level; there are ALL, ANY", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_of_many_pages_is_shown_whole_in_a_pipe()
    {
        const int Rows = 12_000;
        await using var client = await shared.Cluster.ConnectAsync();
        await client.AskAsync("CREATE TABLE shared.many (p int, c int, PRIMARY KEY (p, c))");
        for (var from = 0; from < Rows; from += 2_000)
        {
            await client.AskAsync($"BEGIN UNLOGGED BATCH {string.Concat(Enumerable.Range(from, 2_000).Select(c => $"INSERT INTO shared.many (p, c) VALUES (1, {c});"))} APPLY BATCH");
        }

        var ran = await shared.Cluster.ShellAsync("-e", "SELECT c FROM shared.many WHERE p = 1");

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains($"({Rows} rows)", ran.Output, StringComparison.Ordinal);
        Assert.All([0, 4_999, 5_000, Rows - 1], c => Assert.Contains(ran.Output.Split('\n'), line => line.Trim('|', ' ') == $"{c}"));
    }

    [Fact]
    public async Task Text_that_would_steer_a_terminal_is_shown_escaped()
    {
        await using var client = await shared.Cluster.ConnectAsync();
        await client.AskAsync("CREATE TABLE shared.steer (id int PRIMARY KEY, v text)");
        await client.AskAsync("INSERT INTO shared.steer (id, v) VALUES (1, 'a\u001b[2Jb\nc')");
        var ran = await shared.Cluster.ShellAsync("-e", "SELECT v FROM shared.steer");
        Assert.Contains(@"a\x1b[2Jb\nc", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_or_something_else_answers_the_error_says_so()
    {
        var nobody = Addresses.First();
        var refused = await CoterieCommand.RunAsync("cql", "--contact", nobody.ToString(), "-e", "SELECT 1");
        Assert.Equal(69, refused.ExitCode);
        Assert.Equal($"coterie: Nobody answers at {nobody}:{Addresses.CqlPort}: Connection refused", refused.ErrorLines[0]);
        Assert.Contains("coterie dev", refused.ErrorLines[1], StringComparison.Ordinal);

        var other = await CoterieCommand.RunAsync("cql", "--contact", shared.Cluster.Admin(1).ToString(), "-e", "SELECT 1");
        Assert.Equal(69, other.ExitCode);
        Assert.Contains($"What answers at {shared.Cluster.Admin(1)} does not speak CQL", other.ErrorLines[0], StringComparison.Ordinal);
    }
}
