using System.Net;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Disk;

/// <summary>Writes that a cluster has acknowledged, to be looked for after whatever happens to it.</summary>
/// <param name="firstId">Rows are numbered from here.</param>
internal sealed class AcknowledgedWrites(IPEndPoint node, int firstId = 0)
{
    private readonly List<int> _acknowledged = [];
    private int _next = firstId;

    public int Count => _acknowledged.Count;

    /// <summary>Writes rows of the table <c>shop.cart</c> one after another until one is refused.</summary>
    /// <returns>The refusal; null if the process went away.</returns>
    public async Task<CqlErrorException?> UntilRefusedAsync(int valueBytes, ConsistencyLevel level, int most = int.MaxValue)
    {
        await using var client = await Client.ConnectAsync(node);
        var value = new string('v', valueBytes);
        try
        {
            for (var i = 0; i < most; i++)
            {
                var id = _next++;
                await client.AskAsync($"INSERT INTO shop.cart (id, v) VALUES ({id}, '{value}')", level);
                _acknowledged.Add(id);
            }

            throw new InvalidOperationException($"{most} writes, and none was refused");
        }
        catch (CqlErrorException refusal)
        {
            return refusal;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public async Task WriteAsync(int count, int valueBytes, ConsistencyLevel level)
    {
        await using var client = await Client.ConnectAsync(node);
        var value = new string('v', valueBytes);
        for (var i = 0; i < count; i++)
        {
            var id = _next++;
            await client.AskAsync($"INSERT INTO shop.cart (id, v) VALUES ({id}, '{value}')", level);
            _acknowledged.Add(id);
        }
    }

    /// <summary>Every acknowledged write is readable.</summary>
    public async Task VerifyAsync(CqlConnection client, ConsistencyLevel level)
    {
        var stored = (await client.AllRowsAsync("SELECT id FROM shop.cart", level)).Select(row => Client.Int(row[0])).ToHashSet();
        Assert.DoesNotContain(_acknowledged, id => !stored.Contains(id));
    }
}
