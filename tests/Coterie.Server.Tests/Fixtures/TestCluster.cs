using System.Net;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Storage.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Server.Tests.Fixtures;

/// <summary>Real nodes in this process: real clock, real thread pool, memory engine, memory network.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<CoterieNode> _nodes = [];
    private readonly List<MemoryEngine> _engines = [];

    private TestCluster()
    {
    }

    public MemoryNetwork Network { get; } = new();

    public IReadOnlyList<CoterieNode> Nodes => _nodes;

    public static async Task<TestCluster> StartAsync(int nodes = 1, Func<NodeOptions, NodeOptions>? configure = null, TimeProvider? time = null)
    {
        var cluster = new TestCluster();
        for (var i = 0; i < nodes; i++)
        {
            cluster.Add(i, nodes, configure ?? (options => options), time ?? TimeProvider.System);
        }

        await Task.WhenAll(cluster._nodes.Select(n => n.StartAsync(CancellationToken.None))).WaitAsync(TimeSpan.FromSeconds(60));
        return cluster;
    }

    public static IPEndPoint CqlAddress(int node) => new(IPAddress.Parse($"127.0.0.{node + 1}"), 9042);

    public static IPEndPoint PeerAddress(int node) => new(IPAddress.Parse($"127.0.0.{node + 1}"), 7000);

    /// <summary>A client that has been through STARTUP.</summary>
    public async Task<TestClient> ConnectAsync(int node = 0, bool compresses = false)
    {
        var client = await ConnectRawAsync(node);
        await client.StartAsync(compresses);
        return client;
    }

    public async Task<TestClient> ConnectRawAsync(int node = 0) =>
        new(await Network.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 0), CqlAddress(node), CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.StopAsync())).WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var engine in _engines)
        {
            await engine.DisposeAsync();
        }
    }

    /// <summary>Stops a node and starts it again on an empty store.</summary>
    public async Task LoseStoreAsync(int index)
    {
        await _nodes[index].StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _nodes[index] = Create(index, _nodes.Count, options => options, TimeProvider.System);
        await _nodes[index].StartAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private void Add(int index, int count, Func<NodeOptions, NodeOptions> configure, TimeProvider time) => _nodes.Add(Create(index, count, configure, time));

    private CoterieNode Create(int index, int count, Func<NodeOptions, NodeOptions> configure, TimeProvider time)
    {
        var engine = new MemoryEngine(new MemoryDisk(), time, () => TimeSpan.Zero, RowMerge.Merge);
        _engines.Add(engine);
        return new CoterieNode(new NodeParts
        {
            Time = time,
            Network = Network,
            Engine = engine,
            Ids = new SeededIds(_engines.Count),
            Random = new Random(index),
            Logging = NullLoggerFactory.Instance,
            Options = configure(new NodeOptions
            {
                ClusterName = "test",
                PeerAddress = PeerAddress(index),
                CqlAddress = CqlAddress(index),
                AdminAddress = new IPEndPoint(IPAddress.Parse($"127.0.0.{index + 1}"), 9180),
                InitialNodes = [.. Enumerable.Range(0, count).Select(PeerAddress)],
            }),
        });
    }

    private sealed class SeededIds(int seed) : IdSource
    {
        private readonly Random _random = new(seed + 1000);

        public override Guid NextGuid()
        {
            lock (_random)
            {
                Span<byte> bytes = stackalloc byte[16];
                _random.NextBytes(bytes);
                bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
                bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
                return new Guid(bytes, bigEndian: true);
            }
        }
    }
}
