using Coterie.Cluster.Transport;
using Coterie.Host.Admin;
using Coterie.Host.Configuration;
using Coterie.Host.Network;
using Coterie.Model.Rows;
using Coterie.Server;
using Coterie.Server.Connections;
using Coterie.Server.Execution;
using Coterie.Storage;
using Coterie.Storage.Rocks;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Start;

/// <summary>A node with real parts: clock, randomness, sockets, RocksDB; and its admin address. The one place where real parts are made.</summary>
internal sealed partial class RunningNode : IAsyncDisposable
{
    private static readonly TimeSpan ReplaceablePoll = TimeSpan.FromSeconds(1);

    private readonly SocketNetwork _network;
    private readonly RocksEngine _engine;
    private readonly CoterieNode _node;
    private readonly NodeMeter _meter;
    private readonly AdminServer _admin;
    private readonly Scrubber _scrubber;
    private readonly SyncMarkFile _mark;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly ILogger _log;

    private RunningNode(HostOptions options, DataDirectory directory, ILoggerFactory logging)
    {
        var descriptors = DescriptorBudget.Of(DescriptorBudget.SystemLimit());
        var time = _time;
        _log = logging.CreateLogger<RunningNode>();
        _mark = new SyncMarkFile(directory.SyncMarkPath, options.BootIdFile);
        var mayHaveLostWrites = _mark.Begin(options.Sync);
        _engine = RocksEngine.Open(
            new RocksOptions
            {
                Path = directory.StorePath,
                MayHaveLostTail = mayHaveLostWrites,
                BlockCacheBytes = options.BlockCacheBytes,
                OpenFilesMax = descriptors.OpenTables,
            },
            RowMerge.Merge,
            logging.CreateLogger<RocksEngine>());
        _network = new SocketNetwork(logging, time, descriptors.CqlConnections + descriptors.IncomingPeers);
        var cable = options.IsLab ? new PeerCable(_network, options.PeerAddress) : null;
        _node = new CoterieNode(new NodeParts
        {
            Time = time,
            Network = cable as INetwork ?? _network,
            Engine = _engine,
            Ids = new SystemIdSource(),
            Random = new Random(),
            Logging = logging,
            MayHaveLostWrites = mayHaveLostWrites,
            Joined = cluster => directory.NoteMember(cluster.ToString()),
            Options = Translate(options, descriptors) with { HasBeenMember = directory.HasBeenMember && !options.FormNewCluster },
        });
        _scrubber = new Scrubber(_engine, directory, options.ScrubInterval, options.ScrubBytesPerSecond, time, logging.CreateLogger<Scrubber>());
        _meter = new NodeMeter(_node, _engine, time);
        _admin = new AdminServer(
            options.AdminAddress, AdminRoutes.Create(_node, options, _engine, _meter, time), AdminRoutes.CreateJobs(_node, options, cable, time), descriptors.AdminConnections, logging);
    }

    /// <summary>Completes when clients are served. The admin address answers from the beginning.</summary>
    public static async Task<RunningNode> StartAsync(HostOptions options, DataDirectory directory, ILoggerFactory logging, CancellationToken stop)
    {
        var running = new RunningNode(options, directory, logging);
        try
        {
            await running._admin.StartAsync(stop);
            await running._node.StartAsync(stop);
            running._mark.Started(options.Sync);
            running._scrubber.Start();
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>All others are seen alive, and have among them what this node has.</summary>
    public bool OthersHaveAll => _node.Metadata.Nodes.Count > 1
        && _node.Liveness is { } liveness && _node.Metadata.Nodes.Keys.All(liveness.IsAlive)
        && _node.Deletes is { OthersHaveAll: true };

    /// <returns>
    /// What broke, or null if the node was told to stop. Damage that a read has met is told when the others have all that is here; until then what is intact
    /// is served.
    /// </returns>
    public async Task<Exception?> UntilStoppedAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        var damaged = UntilReplaceableAsync(ended.Token);
        await Task.WhenAny(stopped.Task, _node.Failed, damaged);
        await ended.CancelAsync();
        return _node.Failed.IsCompletedSuccessfully ? await _node.Failed : await damaged;
    }

    /// <summary>Takes no more clients, answers what is in flight, stores what has been taken.</summary>
    public Task DrainAsync() => _node.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _node.DisposeAsync();
        _meter.Dispose();
        _network.Dispose();
        await _scrubber.DisposeAsync();
        await _engine.DisposeAsync();
        NoteStop();
    }

    // If it cannot be noted that the store is whole, the next boot takes it for one that may have lost something: that costs an exchange. The other way
    // round the store may be believed for longer than it should be, on a disk that takes nothing any more.
    private void NoteStop()
    {
        try
        {
            _mark.Stopped(isStoreWhole: !_node.Failed.IsCompletedSuccessfully || _node.Failed.Result is not StorageFailedException);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogStopNotNoted(e.Message);
        }
    }

    /// <returns>The damage; null if it was cancelled before.</returns>
    private async Task<StorageCorruptException?> UntilReplaceableAsync(CancellationToken cancellationToken)
    {
        try
        {
            var damage = await _engine.Damaged.WaitAsync(cancellationToken);
            LogDamaged(damage.Message);
            while (!OthersHaveAll)
            {
                await Task.Delay(ReplaceablePoll, _time, cancellationToken);
            }

            return damage;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored data is damaged: {Reason}. The store is set aside as soon as all other nodes are seen alive and have all that it holds; what is intact is served until then")]
    private partial void LogDamaged(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "How the store was left could not be noted: {Reason}")]
    private partial void LogStopNotNoted(string reason);

    private static NodeOptions Translate(HostOptions options, DescriptorBudget descriptors) => new()
    {
        ClusterName = options.ClusterName,
        PeerAddress = options.PeerAddress,
        CqlAddress = options.CqlAddress,
        AdminAddress = options.AdminAddress,
        InitialNodes = options.InitialNodes,
        Datacenter = options.Datacenter,
        Rack = options.Rack,
        Timeouts = new RequestTimeouts { Write = options.WriteTimeout, Read = options.ReadTimeout, Range = options.RangeTimeout },
        Listener = new ListenerOptions { DrainTimeout = options.DrainTimeout, ConnectionsMax = descriptors.CqlConnections },
        Writer = new StorageWriterOptions { Sync = options.Sync, SyncInterval = options.SyncInterval },
        Hints = options.Hints,
        Transport = new TransportOptions { IncomingMax = descriptors.IncomingPeers },
        Repair = options.Repair,
        Trees = options.Trees,
    };
}
