using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Replica;
using Coterie.Replica.Deletes;
using Coterie.Replica.Groups;
using Coterie.Replica.Trees;
using Coterie.Repair;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Server;

/// <summary>
/// Wires the part of a node that keeps its trees current, answers other replicas about them, and compares with them. Answers as soon as it is made;
/// works by itself from <see cref="Start"/> on.
/// </summary>
internal sealed class AntiEntropy : IAsyncDisposable
{
    private readonly NodeParts _parts;
    private readonly Messenger _messenger;
    private readonly NodeId _self;
    private readonly RepairCounters _counters;
    private readonly Random _random;
    private readonly Action<Exception> _broken;
    private readonly TreeKeeper _keeper;
    private readonly LeafSweep _sweep;
    private readonly Sweeps _sweeps;
    private GroupSweeps? _groupSweeps;

    public AntiEntropy(
        NodeParts parts,
        Messenger messenger,
        IStorageWriter writer,
        TreeLeaves leaves,
        LiveTables tables,
        Horizons horizons,
        NodeId self,
        TreeCounters treeCounters,
        RepairCounters counters,
        Random random,
        Action<Exception> broken)
    {
        _parts = parts;
        _messenger = messenger;
        _self = self;
        _counters = counters;
        _random = random;
        _broken = broken;
        var answers = new TreeHandler(parts.Engine, leaves, tables, parts.Time, treeCounters, parts.Logging.CreateLogger<TreeHandler>());
        foreach (var verb in TreeHandler.Verbs)
        {
            messenger.Register(verb, answers);
        }

        _sweep = new LeafSweep(new Sweeper(parts.Engine, writer, leaves, horizons), leaves, treeCounters);
        _sweeps = new Sweeps(_sweep, parts.Time, parts.Logging.CreateLogger<Sweeps>());
        var exchanges = new ExchangeHandler(horizons, _sweeps, tables, treeCounters, parts.Logging.CreateLogger<ExchangeHandler>());
        foreach (var verb in ExchangeHandler.Verbs)
        {
            messenger.Register(verb, exchanges);
        }

        messenger.Register(Verb.TreeRepair, new TreeRepairHandler(writer, tables, horizons, treeCounters, parts.Logging.CreateLogger<TreeRepairHandler>()));
        _keeper = new TreeKeeper(
            parts.Engine, writer, leaves, tables, horizons, parts.Time, parts.Options.Trees, treeCounters, parts.Logging.CreateLogger<TreeKeeper>());
    }

    /// <summary>Null before the start.</summary>
    public RepairService? Repair { get; private set; }

    /// <summary>When the node is a member.</summary>
    public void Start(IMetadataView metadata, ReplicaMaps maps, ILiveness liveness, GroupMembers groups)
    {
        _keeper.Start();
        _groupSweeps = new GroupSweeps(groups, _sweep, GroupSweepsParts(metadata, maps), _parts.Logging.CreateLogger<GroupSweeps>());
        _groupSweeps.Start();
        Repair = new RepairService(new RepairParts
        {
            Self = _self,
            Messenger = _messenger,
            Metadata = metadata,
            Maps = maps,
            Liveness = liveness,
            Time = _parts.Time,
            Random = _random,
            Counters = _counters,
            Logger = _parts.Logging.CreateLogger<RepairService>(),
            Broken = _broken,
            ClockSkewMax = ClockSkewMax,
            Options = _parts.Options.Repair,
        });
        Repair.Start();
    }

    private TimeSpan ClockSkewMax => _parts.Options.Transport.ClockSkewMax ?? TimeSpan.Zero;

    public async ValueTask DisposeAsync()
    {
        if (_groupSweeps is { } groupSweeps)
        {
            await groupSweeps.DisposeAsync();
        }

        if (Repair is { } repair)
        {
            await repair.DisposeAsync();
        }

        await _sweeps.DisposeAsync();
        await _keeper.DisposeAsync();
    }

    private GroupSweepsParts GroupSweepsParts(IMetadataView metadata, ReplicaMaps maps) => new()
    {
        Metadata = metadata,
        Maps = maps,
        Time = _parts.Time,
        Interval = _parts.Options.Groups.SweepInterval,
        ClockSkewMax = ClockSkewMax,
    };
}
