using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Coterie.Host.Configuration;
using Coterie.Host.Start;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Host.Tests;

/// <summary>Three nodes with real sockets and real stores in this process, where all that they do can be measured together.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private const int Nodes = 3;

    private readonly string _root = Directory.CreateTempSubdirectory("coterie-cluster-").FullName;
    private readonly List<IDisposable> _directories = [];
    private readonly List<RunningNode> _nodes = [];
    private readonly bool _isLab;

    private RealCluster(ImmutableArray<IPEndPoint> clients, ImmutableArray<IPEndPoint> admins, bool isLab) => (Clients, Admins, _isLab) = (clients, admins, isLab);

    public ImmutableArray<IPEndPoint> Clients { get; }

    public ImmutableArray<IPEndPoint> Admins { get; }

    public static async Task<RealCluster> StartAsync(CancellationToken cancellationToken, bool isLab = false)
    {
        var addresses = FreeAddresses(3 * Nodes);
        var cluster = new RealCluster([.. addresses[..Nodes]], [.. addresses[(2 * Nodes)..]], isLab);
        var options = Enumerable.Range(0, Nodes).Select(i => cluster.OptionsOf(i, addresses)).ToList();
        try
        {
            await Task.WhenAll(options.Select(one => cluster.StartAsync(one, cancellationToken)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _directories.ForEach(directory => directory.Dispose());
        Directory.Delete(_root, recursive: true);
    }

    private async Task StartAsync(HostOptions options, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var directory = DataDirectory.TryOpen(options, problems) ?? throw new InvalidOperationException(string.Join('\n', problems));
        lock (_directories)
        {
            _directories.Add(directory);
        }

        var node = await RunningNode.StartAsync(options, directory, NullLoggerFactory.Instance, cancellationToken);
        lock (_nodes)
        {
            _nodes.Add(node);
        }
    }

    private HostOptions OptionsOf(int index, IPEndPoint[] addresses) => new()
    {
        ClusterName = "measured",
        DataDirectory = Path.Combine(_root, $"node{index + 1}"),
        Datacenter = "dc1",
        Rack = "rack1",
        CqlAddress = addresses[index],
        PeerAddress = addresses[Nodes + index],
        AdminAddress = addresses[(2 * Nodes) + index],
        InitialNodes = [.. addresses[Nodes..(2 * Nodes)]],
        InsecureNoAuthNoTls = false,
        WriteTimeout = TimeSpan.FromSeconds(20),
        ReadTimeout = TimeSpan.FromSeconds(20),
        RangeTimeout = TimeSpan.FromSeconds(20),
        DrainTimeout = TimeSpan.FromSeconds(5),
        BlockCacheBytes = 16 * 1024 * 1024,
        IsLab = _isLab,
        LogLevel = LogLevel.None,
    };

    private static IPEndPoint[] FreeAddresses(int count)
    {
        var sockets = Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        try
        {
            sockets.ForEach(socket => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0)));
            return [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}
