using System.Buffers.Binary;
using System.Net;
using System.Text;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;

namespace Coterie.Processes.Fixtures;

/// <summary>What tests ask of a CQL connection, with a deadline on everything.</summary>
internal static class Client
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<CqlConnection> ConnectAsync(IPEndPoint node)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await CqlConnection.ConnectAsync(node, patience.Token);
    }

    public static async Task<CqlResult> AskAsync(this CqlConnection client, string statement, ConsistencyLevel level = ConsistencyLevel.Quorum)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await client.QueryAsync(statement, level, patience.Token);
    }

    /// <summary>All rows, page by page.</summary>
    public static async Task<List<ReadOnlyMemory<byte>?[]>> AllRowsAsync(
        this CqlConnection client, string statement, ConsistencyLevel level = ConsistencyLevel.Quorum)
    {
        using var patience = new CancellationTokenSource(Patience);
        var rows = new List<ReadOnlyMemory<byte>?[]>();
        ReadOnlyMemory<byte>? state = null;
        do
        {
            var page = await client.QueryAsync(statement, level, 1_000, state, patience.Token);
            rows.AddRange(page.Rows);
            state = page.PagingState;
        }
        while (state is not null);
        return rows;
    }

    public static async Task CreateTableAsync(this CqlConnection client, int replicas, string options = "")
    {
        await client.AskAsync($"CREATE KEYSPACE shop WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {replicas}}}");
        await client.AskAsync($"CREATE TABLE shop.cart (id int PRIMARY KEY, v text){options}");
    }

    /// <summary>Asks until it is answered: a node that has just come up is not seen by all others at once.</summary>
    public static async Task<CqlResult> EventuallyAsync(this CqlConnection client, string statement, ConsistencyLevel level)
    {
        CqlResult? answer = null;
        await Until.TrueAsync($"{statement} at {level}", async () =>
        {
            try
            {
                answer = await client.AskAsync(statement, level);
                return true;
            }
            catch (CqlErrorException)
            {
                return false;
            }
        });
        return answer!;
    }

    public static int Int(ReadOnlyMemory<byte>? value) => BinaryPrimitives.ReadInt32BigEndian(value!.Value.Span);

    public static string Text(ReadOnlyMemory<byte>? value) => Encoding.UTF8.GetString(value!.Value.Span);
}

/// <summary>Waits for a condition, with a deadline, instead of for a time.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static Task TrueAsync(string what, Func<bool> condition) => TrueAsync(what, () => Task.FromResult(condition()));

    public static async Task TrueAsync(string what, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what}");
            }

            await Task.Delay(Pause);
        }
    }
}
