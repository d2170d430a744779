using Coterie.Cli.Cql;

namespace Coterie.Cli.Tests.Cql;

public sealed class StatementSplitterTests
{
    [Theory]
    [InlineData("SELECT 1; SELECT ';' ; -- a; b", "SELECT 1|SELECT ';'")]
    [InlineData("BEGIN BATCH INSERT a; INSERT b; APPLY BATCH; SELECT 1;", "BEGIN BATCH INSERT a; INSERT b; APPLY BATCH|SELECT 1")]
    [InlineData("begin unlogged batch insert a; apply batch;", "begin unlogged batch insert a; apply batch")]
    [InlineData("-- first\nBEGIN\nBATCH INSERT 'APPLY BATCH'; INSERT b; APPLY\nBATCH;", "-- first\nBEGIN\nBATCH INSERT 'APPLY BATCH'; INSERT b; APPLY\nBATCH")]
    [InlineData("INSERT INTO begin_batch; SELECT 2;", "INSERT INTO begin_batch|SELECT 2")]
    public void Statements_end_at_their_semicolons_and_batches_at_theirs(string text, string statements)
    {
        var splitter = new StatementSplitter();
        var complete = text.Split('\n').SelectMany(splitter.Add).Select(static statement => statement.Text).ToList();
        Assert.Equal(statements.Split('|'), complete);
    }

    [Fact]
    public void A_batch_that_is_not_applied_waits_for_more()
    {
        var splitter = new StatementSplitter();
        Assert.Empty(splitter.Add("BEGIN BATCH INSERT a;"));
        Assert.True(splitter.HasPending);
    }
}
