using System.Net;
using System.Net.Sockets;
using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Tests.Query;

/// <summary>What nodes may do to a query.</summary>
public sealed class ClusterQueriesTests
{
    private const byte Int = 0x09;
    private const byte Tuple = 0x31;

    private static readonly QueryRequest Request = new("SELECT a FROM k.t");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_is_lost_between_request_and_answer_is_not_asked_again_and_the_next_request_goes_to_another()
    {
        await using var dying = new OneNode(result: null);
        await using var well = new OneNode(RowsOf(Int));
        var queries = Over(dying.Place, well.Place);

        var first = await queries.AskAsync(Request, Cancel);
        Assert.Equal("NodeLost", first.Problem?.Code);
        Assert.StartsWith($"{dying.Place.Cql} was lost while it worked (", first.Problem?.Message, StringComparison.Ordinal);
        Assert.Contains("Whether the statement was done is unknown", first.Problem?.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (dying.Asked, well.Asked));

        var second = await queries.AskAsync(Request, Cancel);
        Assert.Equal($"{well.Place.Cql}", second.Answer?.Node);
        Assert.Equal(["7"], Assert.Single(second.Answer!.Rows));
        Assert.Equal((1, 1), (dying.Asked, well.Asked));
    }

    [Fact]
    public async Task An_answer_of_a_type_that_is_not_known_here_is_no_loss_of_the_node()
    {
        await using var node = new OneNode(RowsOf(Tuple));
        var queries = Over(node.Place, Nobody());

        for (var i = 1; i <= 2; i++)
        {
            var outcome = await queries.AskAsync(Request, Cancel);
            Assert.Equal("Unreadable", outcome.Problem?.Code);
            Assert.StartsWith($"{node.Place.Cql} answered, and this console cannot read the answer: The type Tuple is not known here.", outcome.Problem?.Message, StringComparison.Ordinal);
            Assert.Equal(i, node.Asked);
        }
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_is_passed_over()
    {
        await using var well = new OneNode(RowsOf(Int));
        var outcome = await Over(Nobody(), well.Place).AskAsync(Request, Cancel);
        Assert.Equal($"{well.Place.Cql}", outcome.Answer?.Node);
    }

    private static ClusterQueries Over(params ConsoleNode[] nodes) => new(new ConsoleCluster(nodes), TimeProvider.System);

    /// <summary>A port that was free a moment ago.</summary>
    private static ConsoleNode Nobody()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return new ConsoleNode("nobody", (IPEndPoint)free.LocalEndpoint, (IPEndPoint)free.LocalEndpoint);
    }

    /// <summary>RESULT: one row of one column <c>a</c> of <c>k.t</c>, the int 7 if it is one.</summary>
    private static byte[] RowsOf(byte type) =>
    [
        0, 0, 0, 2, // rows
        0, 0, 0, 1, // flags: one table for all columns
        0, 0, 0, 1, // columns
        0, 1, (byte)'k', 0, 1, (byte)'t', 0, 1, (byte)'a',
        0, type,
        0, 0, 0, 1, // rows
        0, 0, 0, 4, 0, 0, 0, 7,
    ];
}
