using Coterie.Processes.Fixtures;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace Coterie.Processes.Fixtures;

/// <summary>A cluster of three for all tests that only look at one. No test stops a node of it.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private DevCluster? _cluster;

    internal DevCluster Cluster => _cluster!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await DevCluster.StartAsync();
        await using var client = await _cluster.ConnectAsync();
        await client.AskAsync("CREATE KEYSPACE shared WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
