using Coterie.Model.Ids;
using Coterie.Raft;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups.Restore;

/// <summary>
/// What a member does that lacks rows, or that has lost its disk: fetches all rows of the group, and finds out when it may count again. Until both are done
/// its reads are refused. Guarded by the member's lock; what waits for others runs beside it.
/// </summary>
/// <remarks>
/// That rows are missing is on the disk before the first of them is removed, and until the last has come. Which entries were given out to be applied before
/// the removal is known, and the source must have applied those: whatever comes later is applied here too.
/// </remarks>
internal sealed class MemberRestore : IAsyncDisposable
{
    /// <summary>Ticks until a fetch that came to nothing is tried again, and until members that did not answer are asked again.</summary>
    private const int PauseTicks = 10;

    private readonly GroupMember _owner;
    private readonly GroupParts _parts;
    private readonly GroupStore _store;
    private readonly RaftCore _core;
    private readonly CancellationTokenSource _stopping = new();
    private readonly GroupId _group;
    private PassiveReturn? _return;
    private bool _isPassiveKept;
    private bool _needsRows;
    private (LogPosition? Position, long Stamp)? _fetched;
    private NodeId _source;
    private LogPosition? _position;
    private int _ticksToFetch;
    private int _ticksToAsk;
    private int _sources;
    private Task _fetching = Task.CompletedTask;
    private Task _asking = Task.CompletedTask;
    private Task _ending = Task.CompletedTask;

    /// <param name="needsRows">A fetch was under way when the node stopped.</param>
    public MemberRestore(GroupMember owner, GroupParts parts, GroupStore store, RaftCore core, bool needsRows)
    {
        _owner = owner;
        _parts = parts;
        _store = store;
        _core = core;
        _group = owner.Group.Id;
        _needsRows = needsRows;
        _return = core.IsPassive ? new PassiveReturn(parts, owner.Group) : null;
        SetClosed();
    }

    /// <summary>The log begins anew, on the disk and then in memory: meanwhile nothing else of it is written.</summary>
    public bool IsRestarting { get; private set; }

    /// <summary>Under the lock: rows are missing here.</summary>
    public bool NeedsRows => _needsRows;

    /// <summary>What the member lacks is not in the leader's log any more: all rows are wanted, as of the position or later.</summary>
    public void Want(NodeId source, LogPosition position)
    {
        (_needsRows, _source, _position, _ticksToFetch) = (true, source, position, 0);
        SetClosed();
    }

    /// <param name="isLogIdle">No term or vote is on its way to the disk.</param>
    public void Tick(bool isLogIdle)
    {
        if (_fetched is { } fetched && _fetching.IsCompleted && (isLogIdle || fetched.Position is null))
        {
            _fetched = null;
            _fetching = EndFetchAsync(fetched.Position, fetched.Stamp);
        }
        else if (_needsRows && _fetched is null && _fetching.IsCompleted && --_ticksToFetch < 0)
        {
            Fetch();
        }

        if (_return is { } back)
        {
            Return(back, isLogIdle);
        }

        if (_isPassiveKept && isLogIdle && _ending.IsCompleted)
        {
            _ending = EndAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _fetching;
        await _asking;
        _stopping.Dispose();
    }

    private void Fetch()
    {
        var position = _position;
        if (SourceOf(position) is not { } source)
        {
            return;
        }

        var removal = RestoreWrite.Removal(_store, _parts.GroupTables.RangesOf(_group));
        if (!_owner.TryRemove(removal))
        {
            Failed(position);
            return;
        }

        GroupLog.Fetching(_parts.Logger, _group, source);
        var least = Math.Max(_core.Log.Applied, position?.Index ?? 0);
        _fetching = FetchAsync(new RowsFetch(_parts, _group, source, least), removal, position);
    }

    /// <summary>The leader, if it is not this member; or whoever has not been asked for longest.</summary>
    private NodeId? SourceOf(LogPosition? position)
    {
        if (position is not null)
        {
            return _source;
        }

        var nodes = _owner.Group.Nodes;
        if (_core.Leader is { } leader && nodes[leader] != _parts.Self)
        {
            return nodes[leader];
        }

        var others = nodes.Remove(_parts.Self);
        return others.IsEmpty ? null : others[_sources++ % others.Length];
    }

    private async Task FetchAsync(RowsFetch fetch, RestoreWrite removal, LogPosition? position)
    {
        var stamp = await fetch.RunAsync(removal, _stopping.Token);
        lock (_owner.Gate)
        {
            if (stamp is { } fetched && _position == position)
            {
                _fetched = (position, fetched);
            }
            else
            {
                Failed(position);
            }
        }
    }

    /// <summary>All rows have come. Begun under the lock.</summary>
    private async Task EndFetchAsync(LogPosition? position, long stamp)
    {
        var end = RestoreWrite.End(_store, position, position is { } restart && _core.Log.Has(restart), stamp);
        IsRestarting = position is not null;
        var isEnded = _parts.Writer.TryEnqueue(end) && await end.Done == WriteResult.Durable;
        lock (_owner.Gate)
        {
            IsRestarting = false;
            if (!isEnded || _position != position)
            {
                Failed(position);
                return;
            }

            (_needsRows, _position) = (false, null);
            SetClosed();
            GroupLog.Fetched(_parts.Logger, _group);
            _owner.Restored(position, stamp);
        }
    }

    /// <summary>The leader offers its state again, if the member still needs it; if not, the rows are needed all the same.</summary>
    private void Failed(LogPosition? position)
    {
        if (_position == position)
        {
            _ticksToFetch = PauseTicks;
            if (position is not null)
            {
                _position = null;
                _core.FetchFailed();
            }
        }
    }

    private void Return(PassiveReturn back, bool isLogIdle)
    {
        if (!_asking.IsCompleted)
        {
            return;
        }

        var hasAll = back.Committed is { } committed && _owner.Applied >= committed && !_needsRows;
        if (back.NothingEver || hasAll)
        {
            if (isLogIdle)
            {
                _core.EndPassive(back.HighestTerm);
                (_return, _isPassiveKept) = (null, true);
                SetClosed();
                GroupLog.Counts(_parts.Logger, _group);
            }
        }
        else if (back.Committed is null && --_ticksToAsk < 0)
        {
            _ticksToAsk = PauseTicks;
            _asking = AskAsync(back, _core.Leader is { } leader ? _owner.Group.Nodes[leader] : null);
        }
    }

    private async Task AskAsync(PassiveReturn back, NodeId? leader)
    {
        try
        {
            await back.AskAsync(leader, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>The record that says that this member has lost its disk goes, together with the state that makes up for it. Again if there is no room.</summary>
    private async Task EndAsync()
    {
        var end = RestoreWrite.EndPassive(_store, new HardState(_core.Term, _core.Vote), _parts.LastLoss);
        if (_parts.Writer.TryEnqueue(end) && await end.Done == WriteResult.Durable)
        {
            lock (_owner.Gate)
            {
                _isPassiveKept = false;
            }
        }
    }

    private void SetClosed() => _parts.Closed.Set(_group, _needsRows || _return is not null);
}
