using Coterie.Model;

namespace Coterie.Raft;

/// <summary>What a member does with what a leader sends it (Raft §5.3): it takes entries, hears what is committed, and fetches the state if it is too far behind.</summary>
internal sealed class Following(RaftLog log, Outbox outbox)
{
    private RaftFetch? _fetch;
    private RaftFetch? _fetching;

    // Of this member's log, what is known to be that of the term's leader.
    private long _matched;

    public RaftRules Rules { get; set; } = RaftRules.All;

    /// <summary>In this life or before it lost what leaders may believe that it has.</summary>
    public bool HasForgotten { get; set; }

    public bool IsFetching => _fetching is not null;

    public void TermBegins() => _matched = 0;

    public void OnLeaderMessage(RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.Append:
                OnAppend(message);
                break;
            case RaftMessageKind.Heartbeat:
                // The leader may not have heard yet that what this member once had is gone.
                var isSure = !HasForgotten || !Rules.HeartbeatsCommitWhatMatchesOnly;
                log.Commit(Math.Min(message.Commit, isSure ? log.LastIndex : Math.Max(_matched, log.Committed)));
                ReplyHeard(message);
                break;
            case RaftMessageKind.Snapshot:
                ReplyHeard(message);
                OnSnapshot(message);
                break;
        }
    }

    /// <summary>What is to be fetched, once.</summary>
    public RaftFetch? TakeFetch()
    {
        var fetch = _fetch;
        _fetch = null;
        return fetch;
    }

    /// <summary>The state as of the position, or a later one, is durable here.</summary>
    public void Restored(LogPosition position, int? leader)
    {
        Check.That(_fetching is { } fetching && fetching.Position == position, "what was to be fetched was fetched");
        var membership = _fetching!.Value.Membership;
        _fetching = null;

        // Entries that are here already and match are kept: they are not sent twice.
        if (log.Has(position) || position.Index <= log.Committed)
        {
            log.Include(position);
        }
        else
        {
            log.Restart(position, membership);
        }

        if (leader is { } one)
        {
            ReplyAppended(one, position);
        }
    }

    public void FetchFailed() => _fetching = null;

    private void OnAppend(RaftMessage message)
    {
        if (message.Position.Index < log.Committed)
        {
            // Everything up to there is the leader's already; who sent this does not know it yet.
            ReplyAppended(message.From, new LogPosition(log.Committed, 0));
            return;
        }

        if (!log.Has(message.Position) && (Rules.AcceptsBehindWhatMatchesOnly || message.Position.Index > log.LastIndex))
        {
            var possible = LastNotAfter(Math.Min(message.Position.Index, log.LastIndex), message.Position.Term);
            outbox.AfterWrite.Add(outbox.Message(RaftMessageKind.AppendReply, message.From) with { IsRejected = true, Refused = message.Position.Index, Position = possible });
            return;
        }

        log.Accept(message.Entries);
        var last = message.Entries.IsEmpty ? message.Position : message.Entries[^1].Position;
        log.Commit(Math.Min(message.Commit, last.Index));
        _matched = Math.Max(_matched, last.Index);
        ReplyAppended(message.From, last);
    }

    private void OnSnapshot(RaftMessage message)
    {
        if (message.Position.Index <= log.Committed)
        {
            ReplyAppended(message.From, new LogPosition(log.Committed, 0));
        }
        else if (_fetching is null)
        {
            _fetch = _fetching = new RaftFetch(message.From, message.Position, message.Membership!);
        }
    }

    /// <summary>The last position up to the index whose term is not later: nothing behind it can match a leader's entry of that term.</summary>
    private LogPosition LastNotAfter(long index, long term)
    {
        while (index > log.Before.Index && log[index].Term > term)
        {
            index--;
        }

        return index <= log.Before.Index ? log.Before : log[index].Position;
    }

    private void ReplyHeard(RaftMessage message) =>
        outbox.AfterWrite.Add(outbox.Message(RaftMessageKind.HeartbeatReply, message.From) with { Round = message.Round });

    private void ReplyAppended(int leader, LogPosition last) =>
        outbox.AfterWrite.Add(outbox.Message(RaftMessageKind.AppendReply, leader) with { Position = last });
}
