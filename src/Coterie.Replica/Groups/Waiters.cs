using System.Collections.Concurrent;
using Coterie.Cluster.Transport;
using Coterie.Model.Groups;
using Coterie.Raft;

namespace Coterie.Replica.Groups;

/// <summary>
/// Who waits for a member of a group: writes, by the position of their entry, and reads. Guarded by the member's lock, but for <see cref="Answer"/>, which
/// sends what has been decided and is called outside of it.
/// </summary>
/// <remarks>
/// A write of a leader that is one no more keeps waiting: its entry may still be committed, by the next leader. If another entry is committed in its place it never
/// will be, and the client is told that nothing was applied.
/// </remarks>
internal sealed class Waiters(TimeProvider time)
{
    private readonly Dictionary<LogPosition, Waiting> _writes = [];
    private readonly Dictionary<long, Waiting> _reads = [];
    private readonly List<(long Index, Waiting Read)> _confirmed = [];
    private readonly ConcurrentQueue<(ReplyTo Reply, LeaderReply Answer)> _decided = [];
    private long _lastRead;
    private long _lowestTerm;

    public int Count => _writes.Count + _reads.Count + _confirmed.Count;

    public void AddWrite(LogPosition position, long deadline, ReplyTo reply)
    {
        _lowestTerm = _writes.Count == 0 ? position.Term : Math.Min(_lowestTerm, position.Term);
        _writes.Add(position, new Waiting(reply, deadline, new LeaderReply(LeaderVerdict.Done)));
    }

    /// <param name="answer">What it is told when it may begin.</param>
    /// <returns>By which the core knows it.</returns>
    public long AddRead(long deadline, ReplyTo reply, LeaderReply answer)
    {
        _reads.Add(++_lastRead, new Waiting(reply, deadline, answer));
        return _lastRead;
    }

    public void RefuseLastRead(LeaderReply answer) => RefuseRead(_lastRead, answer);

    public void RefuseRead(long id, LeaderReply answer)
    {
        if (_reads.Remove(id, out var read))
        {
            Decide(read.Reply, answer);
        }
    }

    public void Decide(ReplyTo reply, LeaderReply answer) => _decided.Enqueue((reply, answer));

    /// <summary>The entry at this position is committed, in the order of the log: it is never lost, and every barrier from now on waits until it is applied.</summary>
    public void Committed(LogPosition position)
    {
        if (_writes.Remove(position, out var write))
        {
            Decide(write);
        }

        if (_writes.Count > 0 && _lowestTerm < position.Term)
        {
            Displace(position);
        }
    }

    /// <summary>Everything up to the index is in the tables.</summary>
    public void Applied(long index)
    {
        for (var i = _confirmed.Count - 1; i >= 0; i--)
        {
            if (_confirmed[i].Index <= index)
            {
                Decide(_confirmed[i].Read);
                _confirmed.RemoveAt(i);
            }
        }
    }

    public void Confirmed(ConfirmedRead read, long applied)
    {
        if (!_reads.Remove(read.Id, out var waiting))
        {
            return;
        }

        if (read.Index <= applied)
        {
            Decide(waiting);
        }
        else
        {
            _confirmed.Add((read.Index, waiting));
        }
    }

    /// <summary>Nobody waits for an answer any more whose deadline has passed.</summary>
    public void DropExpired()
    {
        var now = time.GetTimestamp();
        Drop(_writes, now);
        Drop(_reads, now);
        _confirmed.RemoveAll(one => one.Read.Deadline < now);
    }

    /// <summary>Outside of the lock: an answer may bring the next request on the same thread.</summary>
    public void Answer()
    {
        while (_decided.TryDequeue(out var one))
        {
            one.Reply.Send(ReplyStatus.Ok, one.Answer.ToBytes());
        }
    }

    /// <summary>Those who wait for another entry at the same place: only after a change of leaders are there any, and then few.</summary>
    private void Displace(LogPosition position)
    {
        foreach (var displaced in _writes.Keys.Where(other => other.Index == position.Index).ToList())
        {
            _writes.Remove(displaced, out var lost);
            Decide(lost.Reply, new LeaderReply(LeaderVerdict.Displaced));
        }

        _lowestTerm = _writes.Count == 0 ? 0 : _writes.Keys.Min(static waiting => waiting.Term);
    }

    private void Decide(in Waiting one) => Decide(one.Reply, one.Answer);

    private static void Drop<T>(Dictionary<T, Waiting> waiting, long now)
        where T : notnull
    {
        foreach (var (key, one) in waiting)
        {
            if (one.Deadline < now)
            {
                waiting.Remove(key);
            }
        }
    }

    private readonly record struct Waiting(ReplyTo Reply, long Deadline, LeaderReply Answer);
}
