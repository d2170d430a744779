using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Time;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Deletes;

/// <summary>
/// What makes deletes safe on this node: floors, cuts, horizons, and which groups it is incomplete for. Asked by every read and write, without a
/// lock and without allocating; changed by exchanges and sweeps, each change durable before its caller goes on.
/// See docs/decisions/0003-safe-deletes.md.
/// </summary>
/// <remarks>
/// Invariant: what is published here is durable or on its way to be in the order in which it was published; floors and horizons only
/// rise, so to know of one too early does no harm, and who must not rely on one too early awaits the task.
/// </remarks>
public sealed class Horizons
{
    private readonly NodeId _self;
    private readonly IMetadataView _metadata;
    private readonly ReplicaMaps _maps;
    private readonly TimeProvider _time;
    private readonly HorizonsOptions _options;
    private readonly HorizonStore _store;
    private readonly Dictionary<string, GroupState> _stored;
    private readonly Lock _lock = new();
    private readonly long _started;
    private Loss _loss;
    private volatile Snapshot _snapshot;

    /// <exception cref="MalformedDataException">What is stored is damaged.</exception>
    public Horizons(
        NodeId self, IStorageEngine engine, IStorageWriter writer, IMetadataView metadata, ReplicaMaps maps, TimeProvider time, HorizonsOptions options)
    {
        _self = self;
        _metadata = metadata;
        _maps = maps;
        _time = time;
        _options = options;
        _store = new HorizonStore(engine, writer);
        _stored = _store.Load();
        _loss = _store.Loss();
        _started = time.GetTimestamp();
        _snapshot = new Snapshot(ClusterMetadata.Empty, []);
    }

    /// <summary>Deletions of this partition's table that were formed before it may be swept, and are left out of what is answered and compared.</summary>
    public FormationTime HorizonOf(StorageId table, Token token) => Of(table, token)?.State.Deletes.Horizon ?? default;

    /// <summary>The same for all tokens above <paramref name="after"/> and up to <paramref name="end"/>: the least of their groups'.</summary>
    public FormationTime HorizonOf(StorageId table, Token after, Token end)
    {
        var least = Of(table, end)?.State.Deletes.Horizon ?? default;
        foreach (var entry in Of(table)?.Entries ?? [])
        {
            if (Meets(entry, after, end) && entry.State.Deletes.Horizon.CompareTo(least) < 0)
            {
                least = entry.State.Deletes.Horizon;
            }
        }

        return least;
    }

    /// <summary>The mutation is too old to be applied, by the table's floor or by this node's clock.</summary>
    public bool RefusesMutation(StorageId table, FormationTime formed) =>
        Of(table) is { } deletes
        && (formed.CompareTo(deletes.Floor) < 0 || deletes.Rules.IsTooOld(formed, _time.GetUtcNow().ToUnixTimeMilliseconds()));

    /// <summary>A row read under this horizon, by a read repair, may hold what was swept here or lost.</summary>
    public bool RefusesReadRepair(StorageId table, Token token, FormationTime horizon) =>
        Of(table, token)?.State.Deletes.RefusesReadRepair(horizon) ?? false;

    /// <summary>The same of a row that an exchange sends, which knew this node under an incarnation.</summary>
    public bool RefusesRepair(StorageId table, Token token, FormationTime horizon, long incarnation) =>
        Of(table, token) is { IsMember: true } entry
        && (entry.State.Deletes.RefusesRepair(horizon) || entry.State.Deletes.Cuts.Incarnations()[entry.State.IndexOf(_self)] != incarnation);

    /// <summary>False: this node has lost writes of the range and has not yet had them back from all others. It must not answer a read of it.</summary>
    public bool AnswersReads(StorageId table, Token token) => Of(table, token)?.State.Deletes.IsIncomplete != true;

    /// <summary>The same of all ranges that meet the tokens above <paramref name="after"/> and up to <paramref name="end"/>.</summary>
    public bool AnswersReads(StorageId table, Token after, Token end)
    {
        foreach (var entry in Of(table)?.Entries ?? [])
        {
            if (entry.State.Deletes.IsIncomplete && Meets(entry, after, end))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The incarnation of this node since it last lost writes, and with them whatever else it had not kept elsewhere; 0: it never has.</summary>
    public long LastLoss => _loss.Incarnation;

    public GroupState? StateOf(StorageId table, ReplicaGroup group) => Find(table, group)?.State;

    /// <summary>The groups of the table that this node keeps, each with its state.</summary>
    public IReadOnlyList<(ReplicaGroup Group, GroupState State)> StatesOf(StorageId table) =>
        [.. (Of(table)?.Entries ?? []).Where(entry => entry.IsMember).Select(entry => (entry.Group, entry.State))];

    /// <summary>Whether, as far as this node has heard, it could lose its store now and have everything back from the others.</summary>
    public bool OthersHaveAll => Members().TrueForAll(entry => entry.State.OthersHaveAll(_self));

    /// <summary>Tables and groups for which this node answers no read.</summary>
    public int Incomplete => Members().Count(entry => entry.State.Deletes.IsIncomplete);

    /// <summary>For each table the group of this node with the least horizon, and the pair of replicas whose exchange holds it back.</summary>
    public IReadOnlyList<HorizonLag> Lagging() =>
    [
        .. Members().GroupBy(entry => entry.Table.Value).OrderBy(group => group.Key).Select(group =>
        {
            var entry = group.MinBy(one => one.State.Deletes.Horizon)!;
            var (left, right) = entry.State.Deletes.Cuts.Slowest();
            return new HorizonLag(entry.Table, entry.State.Deletes.Horizon, entry.State.Nodes[left], entry.State.Nodes[right]);
        }),
    ];

    /// <summary>No coordinator waits any more for a write that this node acknowledged before it started: an exchange that begins now can make it complete.</summary>
    public bool IsLateEnough => _time.GetElapsedTime(_started) >= _options.WritesWaitedFor;

    public DeletionRules? RulesOf(StorageId table) => Of(table)?.Rules;

    /// <summary>
    /// An exchange with the peer begins, at a time by the driver's clock: sets the floor, learns what the peer knows. When the task ends all of it is
    /// durable, and so is everything that this node held before. Returns what this node knows, for the peer to learn.
    /// </summary>
    /// <exception cref="IOException">It could not be made durable; nothing may be compared.</exception>
    /// <exception cref="MalformedDataException">Not a table or a group of this node, or cuts of another group.</exception>
    public async Task<GroupState> BeginAsync(StorageId table, ReplicaGroup group, NodeId peer, FormationTime begun, PairCuts? theirCuts, FormationTime theirHorizon)
    {
        var (entry, deletes) = Member(table, group);
        Task durable;
        GroupState state;
        lock (_lock)
        {
            state = entry.State;
            var floor = deletes.Rules.FloorOf(begun);
            state = state with { Floor = floor.CompareTo(state.Floor) > 0 ? floor : state.Floor };
            if (theirCuts is not null)
            {
                state = Learn(state, theirCuts, theirHorizon);
            }

            durable = Publish(entry, state);
            deletes.RaiseFloor();
            entry.Begun[peer] = new BegunExchange(begun, state.Deletes.Cuts, IsLateEnough);
        }

        await durable;
        return state;
    }

    /// <summary>
    /// The exchange with the peer that began at this time has ended, with all that it sent durable on both: the pair's cut rises. False: this node has
    /// begun another since, or one of the group has lost writes since, and it says nothing; or this node has lost writes, and it began too soon: who hears of a
    /// cut of this incarnation takes it that this node has all that the peer had.
    /// </summary>
    /// <remarks>
    /// Where a write is acknowledged before it is synced, <see cref="BarrierAsync"/> must have ended on both nodes, after the last row was sent and
    /// before this is called on either: a cut that one of them knows counts.
    /// </remarks>
    /// <exception cref="IOException">It could not be made durable.</exception>
    public async Task<bool> EndAsync(StorageId table, ReplicaGroup group, NodeId peer, FormationTime begun)
    {
        var (entry, deletes) = Member(table, group);
        Task durable;
        lock (_lock)
        {
            if (!entry.Begun.TryGetValue(peer, out var exchange) || exchange.At != begun)
            {
                return false;
            }

            entry.Begun.Remove(peer);

            var state = entry.State;
            var incarnations = exchange.Cuts.Incarnations();
            if (state.Deletes.IsIncomplete && !exchange.Counts)
            {
                return false;
            }

            if (!state.Deletes.Cuts.Incarnations().AsSpan().SequenceEqual(incarnations.AsSpan()))
            {
                return false;
            }

            var raised = state.Deletes.Exchanged(state.IndexOf(_self), state.IndexOf(peer), deletes.Rules.CutOf(begun), incarnations);
            state = state with { Deletes = raised };
            durable = Publish(entry, state.WithExchanged(_self, peer));
        }

        await durable;
        return true;
    }

    /// <summary>Another replica of this token has this horizon. To know of it early does no harm, so nobody waits until it is durable.</summary>
    public void Learn(StorageId table, Token token, FormationTime horizon)
    {
        if (Of(table, token) is not { IsMember: true } entry)
        {
            return;
        }

        lock (_lock)
        {
            var state = entry.State;
            var learned = state.Deletes.Learn(PairCuts.None(state.Nodes.Length), horizon);
            if (!ReferenceEquals(learned, state.Deletes))
            {
                _ = ObserveAsync(Publish(entry, state with { Deletes = learned }));
            }
        }
    }

    /// <summary>When it ends, everything that this node has acknowledged before is durable, whatever the sync mode.</summary>
    public Task BarrierAsync() => _store.BarrierAsync();

    /// <summary>About to sweep: from the call on, repairs read under an older horizon are refused. Returns the horizon when that is durable.</summary>
    public async Task<FormationTime> BeginSweepAsync(StorageId table, ReplicaGroup group)
    {
        var (entry, _) = Member(table, group);
        Task durable;
        FormationTime horizon;
        lock (_lock)
        {
            var state = entry.State;
            horizon = state.Deletes.Horizon;
            var sweeping = state.Deletes.Sweeping();
            durable = ReferenceEquals(sweeping, state.Deletes) ? Task.CompletedTask : Publish(entry, state with { Deletes = sweeping });
        }

        await durable;
        return horizon;
    }

    /// <summary>The operator gives up what only this peer had: nobody waits for an exchange with it any more. Returns the table of each group that had waited.</summary>
    /// <exception cref="IOException">It could not be made durable.</exception>
    public async Task<IReadOnlyList<StorageId>> AcceptLossAsync(NodeId gone)
    {
        var durable = new List<Task>();
        var waited = new List<StorageId>();
        lock (_lock)
        {
            foreach (var entry in Snapped().Tables.Values.SelectMany(table => table.Entries))
            {
                if (entry.IsMember && entry.State.Missing(_self).Contains(gone))
                {
                    durable.Add(Publish(entry, entry.State.WithExchanged(_self, gone)));
                    waited.Add(entry.Table);
                }
            }
        }

        await Task.WhenAll(durable);
        return waited;
    }

    /// <summary>
    /// This node has lost writes of all its tables. Called at the start, before it takes any request; the incarnation is made later than any before, if the
    /// clock does not. Durable when it ends, so a crash on the way does not forget it.
    /// </summary>
    public async Task LoseAsync(long incarnation)
    {
        List<Task> durable;
        lock (_lock)
        {
            incarnation = Math.Max(incarnation, LastIncarnation() + 1);
            _loss = new Loss(incarnation, 0);
            durable = [_store.SetLossAsync(_loss)];
            foreach (var (key, state) in _stored.ToList())
            {
                var lost = state.IndexOf(_self) < 0 ? state : state.WithLoss(_self, incarnation);
                _stored[key] = lost;
                durable.Add(_store.PutAsync(key, lost));
            }

            _snapshot = new Snapshot(ClusterMetadata.Empty, []);
        }

        // One by one: the node's scheduler is kept, where waiting for all at once would leave it.
        foreach (var one in durable)
        {
            await one;
        }
    }

    /// <summary>The same where there is no store left to load: to be called on the new one, before the node takes up its identity again.</summary>
    /// <exception cref="IOException">It could not be made durable: the identity must not be taken.</exception>
    public static Task LoseStoreAsync(IStorageEngine engine, IStorageWriter writer, long incarnation) =>
        new HorizonStore(engine, writer).SetLossAsync(new Loss(incarnation, 0));

    /// <summary>Removes what is stored of tables that are no more.</summary>
    public async Task ForgetDeadTablesAsync()
    {
        List<string> dead;
        lock (_lock)
        {
            var live = Snapped().Tables;
            dead = [.. _stored.Keys.Where(key => HorizonStore.TableOf(key) is not { } table || !live.ContainsKey(table.Value))];
            foreach (var key in dead)
            {
                _stored.Remove(key);
            }
        }

        foreach (var key in dead)
        {
            await _store.DeleteAsync(key);
        }
    }

    private List<GroupEntry> Members()
    {
        lock (_lock)
        {
            return [.. Snapped().Tables.Values.SelectMany(table => table.Entries).Where(entry => entry.IsMember)];
        }
    }

    /// <summary>
    /// The node has exchanged with all others for all tables of this metadata, which they have too: whoever exchanges has the same epoch. Before
    /// that a table that it hears of may be an old one that it only has not heard of yet.
    /// </summary>
    private static bool IsWhole(Snapshot snapshot) =>
        snapshot.Tables.Values.Any(static table => table.Entries.Any(static entry => entry.IsMember && entry.Group.Nodes.Length > 1))
        && snapshot.Tables.Values.All(static table => table.Entries.All(static entry => !entry.State.Deletes.IsIncomplete));

    private static bool Meets(GroupEntry entry, Token after, Token end)
    {
        foreach (var range in entry.Group.Ranges)
        {
            if (range.Start.Value < end.Value && range.End.Value > after.Value)
            {
                return true;
            }
        }

        return false;
    }

    private long LastIncarnation() => _stored.Values.Where(state => state.IndexOf(_self) >= 0)
        .Select(state => state.Deletes.Cuts.Incarnations()[state.IndexOf(_self)])
        .Append(_loss.Incarnation).Max();

    private GroupState Learn(GroupState state, PairCuts theirCuts, FormationTime theirHorizon)
    {
        if (theirCuts.Members != state.Nodes.Length)
        {
            throw new MalformedDataException($"cuts of {theirCuts.Members} replicas; the group has {state.Nodes.Length}");
        }

        // A peer that has known this node under a later incarnation than it thinks it has knew an earlier store of it.
        var self = state.IndexOf(_self);
        var known = theirCuts.Incarnations()[self];
        var deletes = state.Deletes;
        if (known > deletes.Cuts.Incarnations()[self])
        {
            deletes = deletes.Lost(self, known + 1);
            return state with { Deletes = deletes.Learn(theirCuts, theirHorizon), Exchanged = [] };
        }

        return state with { Deletes = deletes.Learn(theirCuts, theirHorizon) };
    }

    private Task Publish(GroupEntry entry, GroupState state)
    {
        entry.State = state;
        var key = HorizonStore.KeyOf(entry.Table, entry.Group);
        _stored[key] = state;
        return _store.PutAsync(key, state);
    }

    private (GroupEntry Entry, TableDeletes Table) Member(StorageId table, ReplicaGroup group) =>
        Find(table, group) is { IsMember: true } entry
            ? (entry, Of(table)!)
            : throw new MalformedDataException($"table {table} has no such group on this node");

    private GroupEntry? Find(StorageId table, ReplicaGroup group) =>
        Of(table)?.Entries.FirstOrDefault(entry => entry.Group.Nodes.AsSpan().SequenceEqual(group.Nodes.AsSpan()));

    private GroupEntry? Of(StorageId table, Token token) => Of(table)?.Of(token);

    private TableDeletes? Of(StorageId table)
    {
        var snapshot = _snapshot;
        if (!ReferenceEquals(snapshot.Metadata, _metadata.Current))
        {
            lock (_lock)
            {
                snapshot = Snapped();
            }
        }

        return snapshot.Tables.GetValueOrDefault(table.Value);
    }

    /// <summary>The snapshot of the current metadata. Under the lock.</summary>
    private Snapshot Snapped()
    {
        var metadata = _metadata.Current;
        if (ReferenceEquals(_snapshot.Metadata, metadata))
        {
            return _snapshot;
        }

        if (_loss is { Incarnation: > 0, Below: 0 } && metadata.IsFormed && IsWhole(_snapshot))
        {
            // Tables made from here on have lost nothing. If this is not durable the next start draws the line later, which only costs exchanges.
            _loss = _loss with { Below = _snapshot.Metadata.NextStorageId };
            _ = TrySetLossAsync(_loss);
        }

        var before = _snapshot.Tables;
        var tables = new Dictionary<uint, TableDeletes>();
        foreach (var keyspace in metadata.Keyspaces.Values)
        {
            if (keyspace.IsLeaderBased)
            {
                // Their replicas are never compared: a log says what each has, and brings back what one has lost.
                continue;
            }

            foreach (var table in keyspace.Tables.Values)
            {
                var rules = new DeletionRules(table.Options.GcGrace, _options.ClockSkewMax);
                tables[table.StorageId.Value] = before.TryGetValue(table.StorageId.Value, out var same) && same.Entries.Count > 0 && same.Rules == rules
                    ? same
                    : new TableDeletes(rules, Entries(table.StorageId, keyspace.Name));
            }
        }

        return _snapshot = new Snapshot(metadata, tables);
    }

    private Task TrySetLossAsync(Loss loss) => ObserveAsync(_store.SetLossAsync(loss));

    private static async Task ObserveAsync(Task durable)
    {
        try
        {
            await durable;
        }
        catch (IOException)
        {
            // The store says so itself, to whoever writes next.
        }
    }

    private List<GroupEntry> Entries(StorageId table, string keyspace)
    {
        var entries = new List<GroupEntry>();
        foreach (var group in _maps.For(keyspace)?.Groups ?? [])
        {
            var isMember = group.Contains(_self);
            var state = GroupState.Fresh(group.Nodes);
            if (isMember && !_stored.TryGetValue(HorizonStore.KeyOf(table, group), out state))
            {
                // Nothing is stored: no exchange has been heard of, or the store that had it is lost.
                state = GroupState.Fresh(group.Nodes);
                state = _loss.Incarnation > 0 && (_loss.Below == 0 || table.Value < _loss.Below) ? state.WithLoss(_self, _loss.Incarnation) : state;
            }

            entries.Add(new GroupEntry(table, group, state!, isMember));
        }

        return entries;
    }

    private sealed record Snapshot(ClusterMetadata Metadata, Dictionary<uint, TableDeletes> Tables);
}
