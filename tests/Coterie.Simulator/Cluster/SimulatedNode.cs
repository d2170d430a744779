using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Model;
using Coterie.Server;
using Coterie.Simulator.Kernel;
using Coterie.Storage;
using Coterie.Storage.Memory;

namespace Coterie.Simulator.Cluster;

/// <summary>One machine of the cluster: its disk outlives its processes, each of which runs a real <see cref="CoterieNode"/>.</summary>
public sealed class SimulatedNode
{
    internal const int PeerPort = 7000;
    private const int CqlPort = 9042;
    private const int AdminPort = 9180;

    private readonly Simulation _simulation;
    private readonly SimulatedClusterOptions _options;
    private readonly SimulatedLog _log;
    private readonly Probes _probes;
    private readonly SeededRandom _random;
    private readonly SimulatedIdSource _ids;

    // What is noted beside the disk, and which boot of the machine this is.
    private SyncMark? _mark;
    private int _boot;
    private bool _hasForeignDisk;

    internal SimulatedNode(Simulation simulation, SimulatedClusterOptions options, SimulatedLog log, Probes probes, int number)
    {
        _simulation = simulation;
        _options = options;
        _log = log;
        _probes = probes;
        Number = number;
        _random = simulation.RandomStream($"n{number}");
        _ids = new SimulatedIdSource(simulation.RandomStream($"n{number} ids"));
        var clock = new SimulatedClock
        {
            DriftPpm = options.DriftPpmMax * ((_random.NextDouble() * 2) - 1),
            Offset = options.ClockOffsetMax * ((_random.NextDouble() * 2) - 1),
        };
        Machine = new SimulatedMachine(simulation, $"n{number}", number, AddressOf(number), clock);
    }

    /// <summary>Why the last process did not start on a disk that was not this machine's own; null: it did, or has not tried.</summary>
    public string? Refused { get; private set; }

    public int Number { get; }

    public SimulatedMachine Machine { get; }

    public MemoryDisk Disk { get; private set; } = new();

    /// <summary>How often all that it had on its disk has been lost.</summary>
    public int StoresLost { get; private set; }

    public string Datacenter => _options.DatacenterOf(Number);

    /// <summary>How long a sync takes, at most, while its disk is slow; null: what the options say.</summary>
    public TimeSpan? SyncLatencyMax { get; set; }

    /// <summary>Null while it is down.</summary>
    public CoterieNode? Node { get; private set; }

    /// <summary>Null while it is down.</summary>
    public IStorageEngine? Engine { get; private set; }

    public IPEndPoint Cql => new(Machine.Address, CqlPort);

    public IPEndPoint Peer => PeerOf(Number);

    /// <summary>Its process is there, but the node in it has stopped itself or could not start.</summary>
    public bool HasStopped { get; private set; }

    public bool IsServing => Node is { IsServing: true };

    /// <summary>It serves, and has had back whatever it had lost.</summary>
    public bool IsWhole =>
        Node is { IsServing: true, HasRecalled: true, Deletes.Incomplete: 0 } node && node.Groups.All(static member => member is { IsPassive: false, IsClosed: false });

    public static IPEndPoint PeerOf(int number) => new(AddressOf(number), PeerPort);

    public void Start()
    {
        (HasStopped, Refused) = (false, null);
        var process = Machine.Start();
        process.Post(() => _ = RunAsync(process));
    }

    /// <summary>
    /// Kills the process; or, with <paramref name="silent"/>, takes the power from the machine. What it had not synced is then lost, but for as much of it as
    /// chance keeps; a kill takes only what has not been given to the system.
    /// </summary>
    public void Crash(bool silent)
    {
        Machine.Crash(silent);
        _boot += silent ? 1 : 0;
        _probes.Hit("crash lost unsynced batches", Disk.Crash(_random, isMachineDown: silent));
        CollectProbes();
        Node = null;
        Engine = null;
    }

    /// <summary>Kills the process, and whoever starts it again gives it an empty disk.</summary>
    public void LoseStore()
    {
        Crash(silent: true);
        Disk = new MemoryDisk { IsCold = Disk.IsCold };
        StoresLost++;
    }

    /// <summary>Kills the process, and whoever starts it again gives it this disk: an operator's mistake, or the end of it.</summary>
    /// <returns>The disk that it had.</returns>
    public MemoryDisk ChangeDisk(MemoryDisk other)
    {
        Crash(silent: true);
        var own = Disk;
        Disk = other;
        _hasForeignDisk = !_hasForeignDisk;
        return own;
    }

    /// <summary>Adds what the node of this process has counted. Once for each process: when it ends, or at the end of the run.</summary>
    internal void CollectProbes()
    {
        if (Node is { } node)
        {
            NodeProbes.Collect(node, _probes);
        }
    }

    private static IPAddress AddressOf(int number) => new([10, 0, 0, (byte)number]);

    private async Task RunAsync(SimulatedProcess process)
    {
        try
        {
            var options = _options.Configure(Options());
            var mode = options.Writer.Sync;
            _mark = SyncMark.AtStart(_mark, Boot, mode);
            if (_mark is { HasLost: true })
            {
                _probes.Hit("start after unsynced writes were lost");
            }

            var engine = Engine = _options.Engine(new MemoryEngine(Disk, process.Time, DrawSyncLatency, _options.Merge));
            var node = Node = new CoterieNode(Parts(process, engine, options));
            await node.StartAsync(CancellationToken.None);
            _mark = SyncMark.Started(Boot, mode);
            var failure = await node.Failed;
            _mark = SyncMark.Stopped(_mark, isStoreWhole: failure is not StorageFailedException);
            if (failure is not StorageFailedException)
            {
                _simulation.Fail($"n{Number} stopped itself: {failure}");
            }
        }
        catch (Exception exception) when (exception is IOException or StorageFailedException or StorageFullException or OperationCanceledException)
        {
            // A disk that takes nothing, or the node stopped itself while it started: it is down, and someone starts it again.
            _log.Add($"{_simulation.Now} n{Number} did not start: {exception.Message}");
        }
        catch (Exception exception) when (_hasForeignDisk && exception is FormationException)
        {
            Refused = exception.Message;
        }
        catch (Exception exception) when (exception is BrokenInvariantException or MalformedDataException or FormationException or NullReferenceException)
        {
            _simulation.Fail($"n{Number} did not start: {exception}");
        }

        HasStopped = true;
    }

    private string Boot => _boot.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private NodeParts Parts(SimulatedProcess process, IStorageEngine engine, NodeOptions options) => new()
    {
        Time = process.Time,
        Network = process.Network,
        Engine = engine,
        Ids = _ids,
        Random = _random,
        Logging = new SimulatedLogging(_simulation, _log, _probes, Machine.Name),
        MayHaveLostWrites = _options.NoticesLoss && _mark is { HasLost: true },
        Options = options,
    };

    private NodeOptions Options() => new()
    {
        ClusterName = "simulated",
        PeerAddress = Peer,
        CqlAddress = Cql,
        AdminAddress = new IPEndPoint(Machine.Address, AdminPort),
        Datacenter = Datacenter,
        InitialNodes = [.. Enumerable.Range(1, _options.Nodes).Select(PeerOf)],
    };

    private TimeSpan DrawSyncLatency() => _random.Between(TimeSpan.FromMicroseconds(50), SyncLatencyMax ?? _options.SyncLatencyMax);
}
