using Coterie.Cluster.Transport;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;

namespace Coterie.Replica.Groups;

/// <summary>
/// Compare-and-sets on their way at a leader, and the writes to the same partitions that they hold back meanwhile. One begins when everything in the log is
/// applied here, reads, compares, and proposes its write, so nothing comes between what it has seen and its place in the log: the entry is a mutation like
/// any other, and no member has to decide anything again. Guarded by the member's lock, but for <see cref="Read"/>.
/// </summary>
internal sealed class Comparisons(GroupMember member, GroupParts parts)
{
    private readonly Dictionary<(StorageId Table, Token Token), Partition> _partitions = [];
    private readonly List<Partition> _awaitApplied = [];
    private readonly Queue<Partition> _toRead = [];
    private long _term;

    /// <summary>Requests that have not been answered or proposed.</summary>
    public int Count { get; private set; }

    /// <summary>Of what they hold.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a write that must wait for what is compared in its partition; false: it need not.</summary>
    public bool TryHold(ReadOnlySpan<byte> mutation, long deadline, ReplyTo reply)
    {
        if (_partitions.Count == 0)
        {
            return false;
        }

        var reader = new MutationReader(mutation);
        if (!_partitions.TryGetValue((reader.Table, reader.Token), out var partition))
        {
            return false;
        }

        var held = new Held(mutation.ToArray(), null, default, deadline, reply);
        partition.Waiting.Enqueue(held);
        Taken(held);
        return true;
    }

    /// <param name="request">Valid.</param>
    /// <param name="term">In which this member leads.</param>
    public void Add(CompareAndSet.Parts request, long term, long deadline, ReplyTo reply)
    {
        _term = term;
        var reader = new ReadCommandReader(request.Read);
        var key = (reader.Table, reader.Token);
        var held = new Held(request.Mutation.ToArray(), [(byte)ReadRequestHead.Data, .. request.Read], request.Expected, deadline, reply);
        Taken(held);
        if (_partitions.TryGetValue(key, out var partition))
        {
            partition.Waiting.Enqueue(held);
            return;
        }

        partition = new Partition(key);
        _partitions.Add(key, partition);
        Begin(partition, held);
    }

    /// <summary>Goes on with those for which everything has been applied; none goes on once this member leads no more, or again.</summary>
    public void Advance(long? leadsInTerm, long applied)
    {
        if (_partitions.Count > 0 && leadsInTerm != _term)
        {
            RefuseAll();
            return;
        }

        for (var i = _awaitApplied.Count - 1; i >= 0; i--)
        {
            if (_awaitApplied[i].ReadableAt <= applied)
            {
                _toRead.Enqueue(_awaitApplied[i]);
                _awaitApplied.RemoveAt(i);
            }
        }
    }

    /// <summary>Outside of the lock: begins the reads that may begin.</summary>
    public void Read()
    {
        while (true)
        {
            Partition partition;
            Held held;
            lock (member.Gate)
            {
                if (!_toRead.TryDequeue(out partition!))
                {
                    return;
                }

                held = partition.Current!;
            }

            var timeout = parts.Time.GetElapsedTime(parts.Time.GetTimestamp(), held.Deadline);
            parts.Messenger.Send(parts.Self, Verb.Read, held.Read!, timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, new Comparison(this, partition, held), slot: 0);
        }
    }

    /// <summary>From any thread.</summary>
    private void Found(Partition partition, Held held, ReplyStatus status, byte[] body) => member.Compared(() => Compare(partition, held, status, body));

    /// <summary>Under the lock.</summary>
    private void Compare(Partition partition, Held held, ReplyStatus status, byte[] body)
    {
        if (!ReferenceEquals(partition.Current, held))
        {
            // Refused meanwhile: this member has ceased to lead.
            return;
        }

        Ended(held);
        if (status != ReplyStatus.Ok || body.Length <= ReadReply.HorizonBytes)
        {
            member.Decide(held.Reply, status == ReplyStatus.Failed ? LeaderVerdict.Failed : LeaderVerdict.Busy);
        }
        else if (ReadDigest.HashOf(ReadReply.ResponseOf(body)) == held.Expected)
        {
            member.Propose(held.Mutation, held.Deadline, held.Reply);
        }
        else
        {
            member.Confirm(held.Deadline, held.Reply, new LeaderReply(LeaderVerdict.Unequal, Rows: body.AsMemory(ReadReply.HorizonBytes)));
        }

        Next(partition);
    }

    private void Next(Partition partition)
    {
        partition.Current = null;
        var now = parts.Time.GetTimestamp();
        while (partition.Waiting.TryDequeue(out var held))
        {
            if (held.Deadline >= now && held.Read is not null)
            {
                Begin(partition, held);
                return;
            }

            Ended(held);
            if (held.Deadline < now)
            {
                // Nobody waits for it any more, so it is not done either.
                member.Decide(held.Reply, LeaderVerdict.Busy);
            }
            else
            {
                member.Propose(held.Mutation, held.Deadline, held.Reply);
            }
        }

        _partitions.Remove(partition.Key);
    }

    private void Begin(Partition partition, Held held)
    {
        partition.Current = held;
        partition.ReadableAt = member.LastIndex;
        _awaitApplied.Add(partition);
    }

    private void RefuseAll()
    {
        foreach (var partition in _partitions.Values)
        {
            foreach (var held in partition.Waiting.Append(partition.Current!))
            {
                member.Decide(held.Reply, LeaderVerdict.NotLeader);
            }

            partition.Current = null;
        }

        _partitions.Clear();
        _awaitApplied.Clear();
        _toRead.Clear();
        (Count, Bytes) = (0, 0);
    }

    private void Taken(Held held)
    {
        Count++;
        Bytes += held.Bytes;
    }

    private void Ended(Held held)
    {
        Count--;
        Bytes -= held.Bytes;
    }

    private sealed class Partition((StorageId Table, Token Token) key)
    {
        public (StorageId Table, Token Token) Key => key;

        /// <summary>What is being compared.</summary>
        public Held? Current { get; set; }

        public Queue<Held> Waiting { get; } = [];

        /// <summary>When the log is applied up to here, everything that was proposed before is seen.</summary>
        public long ReadableAt { get; set; }
    }

    /// <summary>Waits for what is there.</summary>
    private sealed class Comparison(Comparisons owner, Partition partition, Held held) : IReplySink
    {
        public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body) => owner.Found(partition, held, status, body.ToArray());
    }

    /// <param name="Read">The request of the read; null: a write that compares nothing.</param>
    private sealed record Held(byte[] Mutation, byte[]? Read, UInt128 Expected, long Deadline, ReplyTo Reply)
    {
        public int Bytes => Mutation.Length + (Read?.Length ?? 0);
    }
}
