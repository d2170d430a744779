using Coterie.Cli.Cql;

namespace Coterie.Cli.Tests.Cql;

public sealed class StatementSplitterTests
{
    [Theory]
    [InlineData("SELECT 1; SELECT ';' ; -- a; b", "SELECT 1|SELECT ';'")]
    [InlineData("BEGIN BATCH INSERT a; INSERT b; APPLY BATCH; SELECT 1;", "BEGIN BATCH INSERT a; INSERT b; APPLY BATCH|SELECT 1")]
    [InlineData("begin unlogged batch insert a; apply batch;", "begin unlogged batch insert a; apply batch")]
    [InlineData("-- first\nBEGIN\nBATCH INSERT 'APPLY BATCH'; INSERT b; APPLY\nBATCH;", "BEGIN\nBATCH INSERT 'APPLY BATCH'; INSERT b; APPLY\nBATCH")]
    [InlineData("SELECT 1;\n-- why; so\n/* and\nso */ CONSISTENCY QUORUM; // end", "SELECT 1|CONSISTENCY QUORUM")]
    [InlineData("INSERT INTO begin_batch; SELECT 2;", "INSERT INTO begin_batch|SELECT 2")]
    public void Statements_end_at_their_semicolons_and_batches_at_theirs(string text, string statements)
    {
        var splitter = new StatementSplitter();
        var complete = text.Split('\n').SelectMany(splitter.Add).Select(static statement => statement.Text).ToList();
        Assert.Equal(statements.Split('|'), complete);
    }

    /// <summary>A command of the shell is known by its first word, and a place that the server names counts from it.</summary>
    [Fact]
    public void A_statement_begins_behind_its_comments_on_the_line_of_its_first_word()
    {
        var splitter = new StatementSplitter();
        var statements = "-- two\n-- lines\nCONSISTENCY ALL;".Split('\n').SelectMany(splitter.Add).ToList();
        Assert.Equal(new ScriptStatement("CONSISTENCY ALL", 3), Assert.Single(statements));
    }

    [Fact]
    public void A_batch_that_is_not_applied_waits_for_more()
    {
        var splitter = new StatementSplitter();
        Assert.Empty(splitter.Add("BEGIN BATCH INSERT a;"));
        Assert.True(splitter.HasPending);
    }
}
