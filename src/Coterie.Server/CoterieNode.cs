using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator;
using Coterie.Coordinator.Batches;
using Coterie.Coordinator.Hints;
using Coterie.Coordinator.Leaders;
using Coterie.Coordinator.Reads;
using Coterie.Coordinator.Writes;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Time;
using Coterie.Replica;
using Coterie.Replica.Deletes;
using Coterie.Replica.Groups;
using Coterie.Replica.Hints;
using Coterie.Replica.Local;
using Coterie.Replica.Mutations;
using Coterie.Replica.Reads;
using Coterie.Replica.Trees;
using Coterie.Repair;
using Coterie.Server.Connections;
using Coterie.Server.Events;
using Coterie.Server.Execution;
using Coterie.Server.Prepared;
using Coterie.Server.SystemTables;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Server;

/// <summary>
/// One node, wired from the parts it is given: the same wiring in production, in the simulator and inside a unit test. Started once, stopped once.
/// </summary>
/// <remarks>
/// Order of the start: writer, identity (which need only the store), metadata log, messenger, failure detection, formation, clock, clients.
/// What a part calls is there before the part is. The stop goes the other way round, the writer last, so that whatever still wants to be
/// stored is. Everything runs on the caller's scheduler.
/// </remarks>
public sealed class CoterieNode : IAsyncDisposable
{
    private readonly NodeParts _parts;
    private readonly NodeOptions _options;
    private readonly ILogger _log;
    private readonly TreeLeaves _leaves;
    private readonly StorageWriter _writer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly PeriodicSync? _sync;
    private bool _mayHaveLostWrites;
    private Task? _stop;
    private ClockKeeper? _clockKeeper;
    private MetadataService? _metadata;
    private Messenger? _messenger;
    private LivenessMonitor? _liveness;
    private CqlListener? _listener;
    private EventPublisher? _events;
    private PreparedStatements? _prepared;
    private ReadCoordinator? _reads;
    private Horizons? _horizons;
    private AntiEntropy? _antiEntropy;
    private HintKeeper? _hints;
    private Handoff? _handoff;
    private BatchHandler? _batches;
    private GroupMembers? _groups;

    public CoterieNode(NodeParts parts)
    {
        _parts = parts;
        _options = parts.Options;
        _log = parts.Logging.CreateLogger<CoterieNode>();
        _leaves = new TreeLeaves(parts.Engine, parts.Time, _options.Leaves, parts.Logging.CreateLogger<TreeLeaves>());
        _writer = new StorageWriter(parts.Engine, _options.Writer, parts.Logging.CreateLogger<StorageWriter>(), _leaves) { EngineFailed = Fail };
        _sync = _options.Writer.Sync == SyncMode.Periodic ? new PeriodicSync(_writer, _options.Writer.SyncInterval, parts.Time) : null;
    }

    /// <summary>Known once the start has read or chosen it.</summary>
    public NodeId Id { get; private set; }

    /// <summary>True from when clients are served until the stop begins.</summary>
    public bool IsServing { get; private set; }

    /// <summary>Completes, with what happened, if something breaks that the node must not go on after. It has begun to stop by itself then.</summary>
    public Task<Exception> Failed => _failed.Task;

    /// <summary>As this node has it now; empty before the start.</summary>
    public ClusterMetadata Metadata => _metadata?.Current ?? ClusterMetadata.Empty;

    public IMetadataChanger? MetadataChanger => _metadata;

    public LivenessMonitor? Liveness => _liveness;

    public Messenger? Messenger => _messenger;

    public ServerCounters ServerCounters { get; } = new();

    public ReplicaCounters ReplicaCounters { get; } = new();

    public CoordinatorCounters CoordinatorCounters { get; } = new();

    /// <summary>Of all tables, as they are now.</summary>
    public TreeLeaves Leaves => _leaves;

    public TreeCounters TreeCounters { get; } = new();

    public RepairCounters RepairCounters { get; } = new();

    /// <summary>Whether it knows from when on it may vote on the metadata: always, but for a while after it has lost its store.</summary>
    public bool HasRecalled => _metadata?.HasRecalled ?? false;

    /// <summary>Floors, cuts and horizons, and what this node has lost. Known once the node has begun to start.</summary>
    public Horizons? Deletes => _horizons;

    /// <summary>Known once the node is a member.</summary>
    public RepairService? Repair => _antiEntropy?.Repair;

    public HintCounters HintCounters { get; } = new();

    /// <summary>What is kept here for replicas that missed it.</summary>
    public IReadOnlyList<HintsWaiting> HintsWaiting => _hints?.Waiting() ?? [];

    /// <summary>Hints on their way to the disk.</summary>
    public long HintsStoring => _hints?.Storing ?? 0;

    /// <summary>The groups of leader-based keyspaces that this node is a member of.</summary>
    public IReadOnlyList<GroupStatus> Groups => _groups?.Status() ?? [];

    /// <summary>Logged batches under way that are kept here.</summary>
    public int BatchesHeld => _batches?.Held ?? 0;

    public StorageWriterCounts WriterCounts => _writer.Counts;

    public int PreparedStatements => _prepared?.Count ?? 0;

    /// <summary>Completes when the node is a member of its cluster and serves clients.</summary>
    /// <exception cref="FormationException">It never will be a member, as configured.</exception>
    /// <exception cref="IOException">An address cannot be bound, or the store takes nothing.</exception>
    /// <exception cref="MalformedDataException">What the store holds of this node is damaged.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        _leaves.Load();
        _writer.Start();
        _sync?.Start();
        var state = new LocalState(_parts.Engine, _writer);
        _mayHaveLostWrites = _parts.MayHaveLostWrites && state.NodeId() is not null;
        Id = await IdentityAsync(state);
        var clock = new HybridClock(_parts.Time, state.ClockCeiling());
        _clockKeeper = new ClockKeeper(clock, state, _parts.Time, _log);
        while (!await TryJoinAsync(state, clock, linked.Token))
        {
        }

        _parts.Joined?.Invoke(_metadata!.Current.ClusterId);
        var (messenger, metadata, liveness) = (_messenger!, _metadata!, _liveness!);
        await FirstRoundAsync(liveness, linked.Token);
        await _clockKeeper.StartAsync(linked.Token);
        var hints = _hints = new HintKeeper(messenger, liveness, _parts.Time, Id, _options.Hints, HintCounters);
        await hints.LoadAsync(_options.HintsLoadTimeout);
        var maps = new ReplicaMaps(metadata, _options.Datacenter);
        _handoff = new Handoff(_parts, messenger, metadata, maps, liveness, hints, Id);
        _antiEntropy!.Start(metadata, maps, liveness, _groups!);
        _groups!.Start();
        await ServeAsync(CreateExecution(metadata, messenger, maps, liveness, clock, hints), linked.Token);
    }

    /// <summary>True: a member of the cluster, with all that talks to it. False: it is one under another identity, which it has taken up; once more.</summary>
    private async Task<bool> TryJoinAsync(LocalState state, HybridClock clock, CancellationToken cancellationToken)
    {
        var lateLiveness = new LateLiveness();
        var messenger = _messenger = CreateMessenger();
        var metadata = _metadata = CreateMetadata(messenger, lateLiveness);
        var formation = CreateFormation(metadata, messenger);
        var liveness = _liveness = CreateLiveness(metadata, messenger, clock);
        lateLiveness.Set(liveness);
        _horizons = CreateHorizons(metadata);
        await NoteLossAsync(_horizons);
        RegisterHandlers(messenger, metadata, formation, liveness);
        await messenger.StartAsync(metadata, new MetadataAddressBook(metadata), cancellationToken);
        liveness.Start();
        try
        {
            await formation.RunAsync(cancellationToken);
        }
        catch (LostIdentityException lost)
        {
            await liveness.DisposeAsync();
            await metadata.DisposeAsync();
            await messenger.DisposeAsync();
            await TakeUpAsync(lost.Member, state);
            return false;
        }

        metadata.Recall();
        return true;
    }

    /// <summary>That writes are lost is durable before anybody can ask for them.</summary>
    private async Task NoteLossAsync(Horizons horizons)
    {
        if (!_mayHaveLostWrites)
        {
            return;
        }

        await horizons.LoseAsync(_parts.Time.GetUtcNow().ToUnixTimeMilliseconds());
        _mayHaveLostWrites = false;
        if (_options.InitialNodes.Length > 1)
        {
            _log.WritesLost();
        }
        else
        {
            _log.WritesLostAlone();
        }
    }

    /// <summary>
    /// This node has lost its store. That it has forgotten its votes and its writes is durable before the identity is: it never is that member and
    /// does not know it.
    /// </summary>
    private async Task TakeUpAsync(NodeId member, LocalState state)
    {
        _log.StoreLost(member);
        await MetadataService.ForgetAsync(new EngineMetadataStore(_parts.Engine, _writer));
        await Horizons.LoseStoreAsync(_parts.Engine, _writer, _parts.Time.GetUtcNow().ToUnixTimeMilliseconds());
        await state.SetNodeIdAsync(member);
        Id = member;
    }

    /// <summary>
    /// Stops: takes no more clients, answers what is in flight, leaves the cluster's conversation, and lets the writer store what it has taken.
    /// Any number of calls wait for the same stop.
    /// </summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stop ??= StopOnceAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopOnceAsync()
    {
        // Elsewhere than in the call: it may come from the part that is to be stopped, or under the gate.
        await Task.Yield();
        IsServing = false;
        if (_listener is { } listener)
        {
            await listener.DisposeAsync();
        }

        _stopping.Cancel();
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[] { _events, _groups, _antiEntropy, _handoff, _reads, _liveness, _metadata, _messenger, _clockKeeper, _sync })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        await _writer.StopAsync();
    }

    /// <summary>Called from wherever an invariant broke or the store failed: the node is better down than wrong.</summary>
    private void Fail(Exception error)
    {
        if (_failed.TrySetResult(error))
        {
            _log.Fatal(error);
            _ = StopAsync();
        }
    }

    private async Task<NodeId> IdentityAsync(LocalState state)
    {
        if (state.NodeId() is { } known)
        {
            return known;
        }

        var chosen = new NodeId(_parts.Ids.NextGuid());
        await state.SetNodeIdAsync(chosen);
        return chosen;
    }

    private Messenger CreateMessenger() => new(new MessengerParts
    {
        Self = Id,
        Address = _options.PeerAddress,
        Network = _parts.Network,
        Time = _parts.Time,
        Random = NextRandom(),
        Logger = _parts.Logging.CreateLogger<Messenger>(),
        Broken = Fail,
        Options = _options.Transport,
    });

    private MetadataService CreateMetadata(Messenger messenger, ILiveness liveness)
    {
        var metadata = new MetadataService(
            new MetadataIdentity(Id, _options.PeerAddress),
            Settings().InitialVoters,
            new EngineMetadataStore(_parts.Engine, _writer),
            messenger,
            liveness,
            _parts.Time,
            NextRandom(),
            _parts.Ids,
            _parts.Logging.CreateLogger<MetadataService>());
        metadata.Broken += Fail;
        return metadata;
    }

    private Formation CreateFormation(MetadataService metadata, Messenger messenger) => new(
        Settings(), metadata, messenger, _parts.Time, NextRandom(), _parts.Ids, _parts.Logging.CreateLogger<Formation>());

    private FormationSettings Settings() => new(
        new NodeInfo(Id, _options.PeerAddress, _options.CqlAddress, _options.AdminAddress, _options.Datacenter, _options.Rack, []),
        _options.ClusterName,
        _options.InitialNodes)
    {
        HasBeenMember = _options.HasBeenMember,
    };

    private LivenessMonitor CreateLiveness(MetadataService metadata, Messenger messenger, HybridClock clock) => new(new LivenessParts
    {
        Self = Id,
        Messenger = messenger,
        Links = messenger,
        Metadata = metadata,
        Clock = clock,
        Time = _parts.Time,
        Random = NextRandom(),
        Logger = _parts.Logging.CreateLogger<LivenessMonitor>(),
        Options = _options.FailureDetection,
    });

    private void RegisterHandlers(Messenger messenger, MetadataService metadata, Formation formation, LivenessMonitor liveness)
    {
        var tables = new LiveTables(metadata);
        messenger.Register(Verb.Heartbeat, liveness);
        messenger.Register(Verb.Hello, formation);
        messenger.Register(Verb.MetadataPrepare, metadata);
        messenger.Register(Verb.MetadataAccept, metadata);
        messenger.Register(Verb.MetadataCommit, metadata);
        messenger.Register(Verb.MetadataPull, metadata);
        var mutations = new MutationHandler(_writer, tables, _horizons!, _parts.Time, ReplicaCounters, _parts.Logging.CreateLogger<MutationHandler>());
        messenger.Register(Verb.Mutate, mutations);
        messenger.Register(Verb.Replay, mutations);
        messenger.Register(Verb.ReadRepair, mutations);
        messenger.Register(Verb.HorizonLearn, new HorizonHandler(_horizons!));
        _batches = Handoff.RegisterHandlers(messenger, _parts, _writer, Id, ReplicaCounters);
        var closed = new ClosedGroups(new GroupTables(metadata, new ReplicaMaps(metadata, _options.Datacenter)));
        messenger.Register(Verb.Read, new ReadHandler(
            _parts.Engine, tables, _horizons!, _parts.Time, ReplicaCounters, _parts.Logging.CreateLogger<ReadHandler>(), closed));
        _groups = LeaderGroups.Register(_parts, messenger, metadata, liveness, _writer, tables, closed, _horizons!.LastLoss, Id, ReplicaCounters, NextRandom());
        _antiEntropy = new AntiEntropy(_parts, messenger, _writer, _leaves, tables, _horizons!, Id, TreeCounters, RepairCounters, NextRandom(), Fail);
    }

    private Horizons CreateHorizons(MetadataService metadata)
    {
        var options = new HorizonsOptions
        {
            ClockSkewMax = _options.Transport.ClockSkewMax ?? TimeSpan.Zero,
            WritesWaitedFor = _options.Timeouts.Write,
        };
        return new Horizons(Id, _parts.Engine, _writer, metadata, new ReplicaMaps(metadata, _options.Datacenter), _parts.Time, options);
    }

    /// <summary>A node that has no opinion of its peers takes them for down, and would answer its first clients with Unavailable.</summary>
    private async Task FirstRoundAsync(LivenessMonitor liveness, CancellationToken cancellationToken)
    {
        try
        {
            await liveness.FirstRoundAsync(cancellationToken).WaitAsync(_options.FirstRoundTimeout, _parts.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            _log.FirstRoundIncomplete();
        }
    }

    private ExecutionServices CreateExecution(
        MetadataService metadata, Messenger messenger, ReplicaMaps maps, LivenessMonitor liveness, HybridClock clock, HintKeeper hints)
    {
        var writes = new WriteCoordinator(messenger, maps, liveness, hints, _parts.Time, CoordinatorCounters, _options.Coordinator);
        var systemTables = new SystemTableReader(Id, _parts.Time.GetUtcNow().ToUnixTimeSeconds());
        _prepared = new PreparedStatements();
        _reads = new ReadCoordinator(
            messenger, metadata, maps, liveness, _parts.Time, Id, CoordinatorCounters, _options.Coordinator, _parts.Logging.CreateLogger<ReadCoordinator>());
        var leaders = new LeaderCoordinators(messenger, maps, liveness, _groups!, _parts.Time, Id, CoordinatorCounters, _options.Leaders, _reads, writes);
        return new ExecutionServices
        {
            Metadata = metadata,
            Changer = metadata,
            Reads = leaders.Reads,
            Writes = leaders.Writes,
            ConditionalWrites = leaders.ConditionalWrites,
            Batches = new BatchCoordinator(messenger, metadata, maps, liveness, writes, hints, Id, _parts.Ids),
            SystemTables = systemTables,
            Compiler = new StatementCompiler(metadata, systemTables, _parts.Ids, _options.Datacenter),
            Prepared = _prepared,
            Clock = clock,
            Time = _parts.Time,
            LocalDatacenter = _options.Datacenter,
            Timeouts = _options.Timeouts,
            Counters = ServerCounters,
            Log = _parts.Logging.CreateLogger<RequestDispatcher>(),
            Fatal = Fail,
            Stopping = _stopping.Token,
        };
    }

    private async Task ServeAsync(ExecutionServices execution, CancellationToken cancellationToken)
    {
        var services = new ConnectionServices(
            new RequestDispatcher(execution),
            new RequestPool(new RequestBudget()),
            _parts.Time,
            ServerCounters,
            _parts.Logging.CreateLogger<CqlListener>());
        var listener = new CqlListener(services, _options.Listener);
        _events = new EventPublisher(listener, _metadata!, _liveness!, _parts.Network, _parts.Time, Id);
        _events.Start();
        _listener = listener;
        await listener.StartAsync(_parts.Network, _options.CqlAddress, cancellationToken);
        IsServing = true;
        _log.Serving(Id);
    }

    private Random NextRandom() => new(_parts.Random.Next());
}
