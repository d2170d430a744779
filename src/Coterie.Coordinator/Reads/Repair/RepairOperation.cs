using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Reads.Reconciliation;
using Coterie.Model.Reads;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Reads.Repair;

/// <summary>
/// One repair under way: sends each replica that took part in a read what it lacked, and completes as <see cref="RepairCore"/> says. Made for a
/// read whose replicas differed, which is rare: not pooled.
/// </summary>
internal sealed class RepairOperation : IReplySink
{
    private readonly ReadSteps _steps;
    private readonly ReplicaSet _replicas;
    private readonly ReadContext _context;
    private readonly ReadCommand _command;
    private readonly ReconciledRows _rows;
    private readonly List<byte[]>?[] _mutations;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<RequestOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RepairCore _core;
    private List<byte[]>? _all;

    /// <param name="slots">The slot of each response that was reconciled.</param>
    public RepairOperation(
        ReadSteps steps, ReadCommand command, ReplicaSet replicas, in ReadContext context, ReconciledRows rows, IReadOnlyList<int> slots)
    {
        _steps = steps;
        _replicas = replicas;
        _context = context;
        _command = command;
        _rows = rows;
        _mutations = new List<byte[]>?[replicas.Count];
        Span<bool> alive = stackalloc bool[replicas.Count];
        Span<bool> takesPart = stackalloc bool[replicas.Count];
        Span<int> counts = stackalloc int[replicas.Count];
        for (var slot = 0; slot < replicas.Count; slot++)
        {
            alive[slot] = steps.Liveness.IsAlive(replicas.Nodes[slot]);
        }

        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            alive[slot] = takesPart[slot] = true;
            _mutations[slot] = RepairMutations.Of(rows.Lacks[i], command.Table, Formed, rows.Horizon);
            counts[slot] = _mutations[slot]!.Count;
            Count(rows.Lacks[i], replicas.Nodes[slot]);
        }

        _core = new RepairCore(replicas, context.Keyspace.Replication, context.Requirement, alive, takesPart, counts);
    }

    /// <summary>A replica has swept, or lost writes, since the rows were read: they must be read again.</summary>
    public bool WasRefused { get; private set; }

    private FormationTime Formed => new(_command.NowSeconds * 1000);

    /// <summary>Sends the repairs. The task ends when enough replicas hold the answer, or cannot any more; the rest of the repairs goes on.</summary>
    public Task<RequestOutcome> RunAsync()
    {
        for (var slot = 0; slot < _mutations.Length; slot++)
        {
            foreach (var mutation in _mutations[slot] ?? [])
            {
                Send(slot, mutation);
            }
        }

        CompleteIfDecided();
        return _done.Task;
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        if (status != ReplyStatus.Ok)
        {
            WasRefused |= status == ReplyStatus.Stale;
            _steps.Counters.RepairFailed();
        }

        int instead;
        lock (_lock)
        {
            instead = _core.OnReply(slot, status, reserveMutations: _core.IsDecided || status == ReplyStatus.Ok ? 0 : All().Count);
        }

        if (instead >= 0)
        {
            foreach (var mutation in All())
            {
                Send(instead, mutation);
            }
        }

        CompleteIfDecided();
    }

    private List<byte[]> All() => _all ??= RepairMutations.OfAll(_rows.Lacks, _command.Table, Formed, _rows.Horizon);

    private void Count(List<PartitionRepair> repairs, Model.Ids.NodeId node)
    {
        var entries = 0;
        foreach (var repair in repairs)
        {
            entries += repair.Entries.Count;
        }

        if (entries > 0)
        {
            _steps.Counters.RepairSent(entries);
            _context.Vote?.Stale(node, repaired: true);
        }
    }

    private void CompleteIfDecided()
    {
        lock (_lock)
        {
            if (!_core.IsDecided)
            {
                return;
            }
        }

        _done.TrySetResult(_core.Outcome);
    }

    private void Send(int slot, byte[] mutation)
    {
        var timeout = _steps.Time.GetElapsedTime(_steps.Time.GetTimestamp(), _context.Deadline);
        if (timeout <= TimeSpan.Zero)
        {
            OnReply(slot, ReplyStatus.Timeout, []);
        }
        else
        {
            _steps.Messenger.Send(_replicas.Nodes[slot], Verb.ReadRepair, mutation, timeout, this, slot);
        }
    }
}
