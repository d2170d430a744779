using Coterie.Model;

namespace Coterie.Raft;

/// <summary>
/// One member of a Raft group (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014; extensions by Ongaro's thesis): a pure
/// core without clock, disk or network, in the shape of etcd's. Messages and ticks go in; <see cref="TryTake"/> says what to write, send and apply.
/// Not safe for several threads.
/// </summary>
/// <remarks>
/// What makes it safe: a member gives one vote a term, to a log at least as complete as its own, and says so only when that is on its disk; a leader commits
/// by counting copies of entries of its own term only; the members of a group never change.
/// </remarks>
public sealed class RaftCore
{
    private readonly int _self;
    private readonly int _members;
    private readonly RaftOptions _options;
    private readonly Random _random;
    private readonly Outbox _outbox;
    private readonly Following _following;
    private readonly DiskFront _disk;
    private readonly List<long> _refusedReads = [];
    private Leadership? _leadership;
    private VoteTally? _tally;
    private int _ticks;
    private int _timeout;
    private int? _leader;

    /// <param name="self">This member's index.</param>
    /// <param name="members">How many there are.</param>
    /// <param name="state">As it is on the disk.</param>
    /// <param name="log">As it is on the disk.</param>
    /// <param name="random">Spreads elections.</param>
    public RaftCore(int self, int members, HardState state, RaftLog log, RaftOptions options, Random random)
    {
        Check.That(self >= 0 && self < members);
        _self = self;
        _members = members;
        _options = options;
        _random = random;
        Term = state.Term;
        Vote = state.Vote;
        Log = log;
        _outbox = new Outbox(self) { Term = state.Term };
        _disk = new DiskFront(log, state);
        _following = new Following(log, _outbox);
        RestartTimer();
    }

    public RaftRole Role { get; private set; }

    public long Term { get; private set; }

    /// <summary>Whom this member voted for in its term; <see cref="HardState.Nobody"/>.</summary>
    public int Vote { get; private set; }

    /// <summary>Who leads in this term, as far as this member has heard.</summary>
    public int? Leader => Role == RaftRole.Leader ? _self : _leader;

    public RaftLog Log { get; }

    /// <summary>
    /// This member may have forgotten what it promised (its disk was lost): it follows, but neither votes nor counts. Set by its owner, who also ends it,
    /// see <see cref="EndPassive"/>.
    /// </summary>
    public bool IsPassive
    {
        get => _outbox.IsPassive;
        set
        {
            _outbox.IsPassive = value;
            _following.HasForgotten |= value;
        }
    }

    internal RaftRules Rules
    {
        get;
        init
        {
            field = value;
            _following.Rules = value;
        }
    } = RaftRules.All;

    /// <summary>It leads, and knows everything that earlier leaders committed.</summary>
    public bool KnowsCommitted => _leadership is { KnowsCommitted: true };

    /// <summary>The next tick of the owner's clock.</summary>
    public void Tick()
    {
        if (_leadership is { } leadership)
        {
            if (!leadership.Tick())
            {
                Follow(Term, null);
            }

            return;
        }

        if (++_ticks >= _timeout && !IsPassive)
        {
            Campaign(isTransfer: false);
        }
    }

    /// <summary>
    /// The connection to this member is gone. If it led, an election begins within a few ticks instead of waiting for its silence: whether that was right the
    /// others decide, who vote for nobody as long as they hear of a leader.
    /// </summary>
    public void Suspect(int member)
    {
        if (_leader == member && Role == RaftRole.Follower)
        {
            _ticks = Math.Max(_ticks, _options.ElectionTicks);
            _timeout = _ticks + 1 + _random.Next(_options.SuspicionTicks);
        }
    }

    /// <summary>Appends a command, if this member leads.</summary>
    public ProposeResult Propose(ReadOnlyMemory<byte> payload, out LogPosition position)
    {
        position = default;
        if (_leadership is not { } leadership)
        {
            return ProposeResult.NotLeader;
        }

        if (leadership.TransferTarget is not null || Log.UncommittedBytes > _options.UncommittedBytesMax)
        {
            return ProposeResult.Busy;
        }

        position = Append(RaftEntryKind.Command, payload);
        return ProposeResult.Appended;
    }

    /// <summary>Asks for a linearizable read. It comes back as confirmed, with the index that it must wait for, or as refused. False: not the leader, or too many wait.</summary>
    public bool TryRead(long id)
    {
        if (_leadership is not { } leadership || leadership.Reads.Count >= _options.PendingReadsMax)
        {
            return false;
        }

        leadership.Reads.Add(id);
        return true;
    }

    /// <summary>This member leads, and that one has on its disk all that is committed and takes what follows: it could lead at once.</summary>
    public bool IsCaughtUp(int member) => _leadership?.IsCaughtUp(member) ?? false;

    /// <summary>Hands leadership to another member, once it has the whole log. It may come to nothing; then this one goes on.</summary>
    public void HandOverTo(int member)
    {
        if (_leadership is { TransferTarget: null } leadership && member != _self)
        {
            leadership.HandOverTo(member);
        }
    }

    /// <summary>What was given out to be written is durable.</summary>
    public void Written()
    {
        _disk.Written();
        if (Role == RaftRole.Candidate && _disk.State == new HardState(Term, Vote) && _tally is { IsWon: true })
        {
            Won();
        }

        _leadership?.TryCommit();
    }

    /// <summary>
    /// The state as of the position, or a later one, is here and durable: the log goes on behind it. On the disk it begins anew there, in the same write,
    /// unless that very entry is there: then those behind it stay. No write is under way meanwhile and none is taken.
    /// </summary>
    /// <param name="position">As <see cref="RaftOutput.Fetch"/> said.</param>
    public void Restored(LogPosition position)
    {
        Check.That(!_disk.IsWriting, "the log on the disk begins anew between two writes");
        _following.Restored(position, Role == RaftRole.Follower ? _leader : null);
    }

    /// <summary>
    /// That member's disk was lost: what it had, and said that it had, counts no more. Its owner calls this before it answers the member's question, see
    /// <see cref="EndPassive"/>.
    /// </summary>
    public void Forget(int member) => _leadership?.Forget(member);

    /// <summary>The state could not be fetched; the leader will offer it again.</summary>
    public void FetchFailed() => _following.FetchFailed();

    /// <summary>
    /// This member counts again. Before, its owner has asked all other members; each called <see cref="Forget"/> and then told its term, and one of them led
    /// in the highest of these and <see cref="KnowsCommitted"/>: what was committed there then is durable here now. Nothing that the member said before it
    /// lost its disk may arrive after the answers. Whatever it may have promised was in <paramref name="highestTerm"/> or before, and there it votes no more.
    /// </summary>
    /// <remarks>On the disk it stays passive until the next write, which makes the term and the vote durable.</remarks>
    public void EndPassive(long highestTerm)
    {
        IsPassive = false;
        if (highestTerm > Term)
        {
            Follow(highestTerm, null);
        }

        if (Role == RaftRole.Follower && Vote == HardState.Nobody && Rules.SpendsForgottenVotes)
        {
            // Spent: who asks for it in this term may have had it before.
            Vote = _self;
        }
    }

    public void Step(RaftMessage message)
    {
        Check.That(message.To == _self && message.From != _self && message.From < _members);
        if (message.Term > Term && !TryCatchUpTerm(message))
        {
            return;
        }

        if (message.Term < Term)
        {
            AnswerFromLaterTerm(message);
            return;
        }

        switch (message.Kind)
        {
            case RaftMessageKind.PreVote or RaftMessageKind.Vote:
                OnVoteRequest(message);
                break;
            case RaftMessageKind.PreVoteReply or RaftMessageKind.VoteReply:
                OnVoteReply(message);
                break;
            case RaftMessageKind.Append or RaftMessageKind.Heartbeat or RaftMessageKind.Snapshot:
                OnLeaderMessage(message);
                break;
            case RaftMessageKind.AppendReply:
                _leadership?.OnAppendReply(message);
                _leadership?.TryCommit();
                break;
            case RaftMessageKind.HeartbeatReply:
                _leadership?.OnHeartbeatReply(message);
                break;
            case RaftMessageKind.TimeoutNow when Role == RaftRole.Follower && message.From == _leader && !IsPassive:
                Campaign(isTransfer: true);
                break;
        }
    }

    /// <summary>What is to be done now. False: nothing.</summary>
    public bool TryTake(RaftOutput output)
    {
        output.Clear();
        if (_leadership is { } leadership)
        {
            leadership.SendEntries();
            do
            {
                leadership.Reads.TakeConfirmed(output.Reads);
            }
            while (leadership.TryBeginReads());
        }

        Move(_outbox.AtOnce, output.Send);
        Move(_refusedReads, output.RefusedReads);
        output.Fetch = _following.TakeFetch();
        if (!_following.IsFetching && Log.Applied < Log.Committed)
        {
            output.Committed.AddRange(Log.From(Log.Applied + 1, Log.Committed, _options.ApplyBytesMax));
            Log.SetApplied(output.Committed[^1].Index);
        }

        if (!_disk.IsWriting)
        {
            output.Write = _disk.TakeWrite(new HardState(Term, Vote));
            Move(_outbox.AfterWrite, output.Write is null ? output.Send : output.SendAfterWrite);
        }

        return !output.IsEmpty;
    }

    private static void Move<T>(List<T> from, List<T> to)
    {
        to.AddRange(from);
        from.Clear();
    }

    /// <summary>A later term. False: the message is not for this member to act on.</summary>
    private bool TryCatchUpTerm(RaftMessage message)
    {
        var isVote = message.Kind is RaftMessageKind.PreVote or RaftMessageKind.Vote;
        if (isVote && !message.IsTransfer && HearsOfLeader())
        {
            // Who has lost touch with a leader that the others hear must not unseat it (thesis §4.2.3).
            return false;
        }

        if (message.Kind == RaftMessageKind.PreVote || (message.Kind == RaftMessageKind.PreVoteReply && !message.IsRejected))
        {
            if (message.Kind == RaftMessageKind.PreVote)
            {
                OnVoteRequest(message);
            }
            else if (Role == RaftRole.PreCandidate && message.Term == Term + 1)
            {
                OnVoteReply(message);
            }

            return false;
        }

        Follow(message.Term, message.Kind is RaftMessageKind.Append or RaftMessageKind.Heartbeat or RaftMessageKind.Snapshot ? message.From : null);
        return true;
    }

    private bool HearsOfLeader() => Role == RaftRole.Leader || (_leader is not null && _ticks < _options.ElectionTicks);

    private void AnswerFromLaterTerm(RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.Append or RaftMessageKind.Heartbeat or RaftMessageKind.Snapshot:
                // A leader that has been replaced, or one whose follower went ahead alone, learns the term.
                Reply(RaftMessageKind.AppendReply, message.From, rejected: true, _outbox.AfterWrite);
                break;
            case RaftMessageKind.PreVote:
                Reply(RaftMessageKind.PreVoteReply, message.From, rejected: true, _outbox.AfterWrite);
                break;
        }
    }

    private void OnVoteRequest(RaftMessage message)
    {
        var isPreVote = message.Kind == RaftMessageKind.PreVote;
        var isFree = isPreVote ? message.Term > Term && YieldsTo(message) : Vote == message.From || (Vote == HardState.Nobody && Leader is null) || !Rules.VotesOnceATerm;
        var isComplete = message.Position.IsUpToDateWith(Log.Last) || !Rules.VotesForCompleteLogsOnly;
        var isGranted = isFree && isComplete && !(IsPassive && Rules.PassiveCountsForNothing);
        if (isPreVote)
        {
            Role = isGranted && Role == RaftRole.PreCandidate ? RaftRole.Follower : Role;
            _outbox.AfterWrite.Add(_outbox.Message(RaftMessageKind.PreVoteReply, message.From) with { Term = isGranted ? message.Term : Term, IsRejected = !isGranted });
            return;
        }

        if (isGranted)
        {
            Vote = message.From;
            RestartTimer();
        }

        Reply(RaftMessageKind.VoteReply, message.From, !isGranted, _outbox.AfterWrite);
    }

    /// <summary>
    /// Two that ask at the same time, as when both lose the connection to their leader, would each have the other's word, then both campaign and neither
    /// win: of two equal logs the lower index goes on, and who yields stops asking.
    /// </summary>
    private bool YieldsTo(RaftMessage message) => Role != RaftRole.PreCandidate || message.Position != Log.Last || message.From < _self;

    private void OnVoteReply(RaftMessage message)
    {
        var isAwaited = message.Kind == RaftMessageKind.PreVoteReply ? Role == RaftRole.PreCandidate && (message.IsRejected || message.Term == Term + 1) : Role == RaftRole.Candidate;
        if (!isAwaited || (message.IsPassive && Rules.PassiveCountsForNothing) || _tally is not { } tally)
        {
            return;
        }

        tally.Count(message.From, !message.IsRejected);
        if (tally.IsWon)
        {
            Won();
        }
        else if (tally.IsLost)
        {
            Follow(Term, null);
        }
    }

    private void OnLeaderMessage(RaftMessage message)
    {
        Check.That(Role != RaftRole.Leader, "one leader a term (Raft §5.2)");
        if (Role != RaftRole.Follower)
        {
            Follow(Term, message.From);
        }

        _leader = message.From;
        RestartTimer();
        _following.OnLeaderMessage(message);
    }

    private void Campaign(bool isTransfer)
    {
        RestartTimer();
        _leader = null;
        _tally = new VoteTally(_members, _self);
        Role = RaftRole.PreCandidate;
        if (isTransfer || !Rules.AsksBeforeCampaigning)
        {
            Role = RaftRole.Candidate;
            EnterTerm(Term + 1, _self);
        }

        Ask(isTransfer);
    }

    private void Won()
    {
        if (Role == RaftRole.PreCandidate)
        {
            Role = RaftRole.Candidate;
            EnterTerm(Term + 1, _self);
            _tally = new VoteTally(_members, _self);
            RestartTimer();
            Ask(isTransfer: false);
            return;
        }

        Role = RaftRole.Leader;
        _tally = null;
        _leadership = new Leadership(_self, _members, Term, Log, Log.LastIndex + 1, _options, Rules, _outbox);
        Append(RaftEntryKind.Empty, ReadOnlyMemory<byte>.Empty);
        _leadership.SendHeartbeats();
    }

    private void Ask(bool isTransfer)
    {
        var isPreVote = Role == RaftRole.PreCandidate;
        for (var member = 0; member < _members; member++)
        {
            if (member != _self)
            {
                var request = _outbox.Message(isPreVote ? RaftMessageKind.PreVote : RaftMessageKind.Vote, member) with
                {
                    Term = isPreVote ? Term + 1 : Term,
                    Position = Log.Last,
                    IsTransfer = isTransfer,
                };
                (isPreVote ? _outbox.AtOnce : _outbox.AfterWrite).Add(request);
            }
        }

        // Alone in a group: it asks nobody, but its vote counts only once it is durable.
        if (isPreVote && _tally!.IsWon)
        {
            Won();
        }
    }

    private void Follow(long term, int? leader)
    {
        if (_leadership is { } leadership)
        {
            _refusedReads.AddRange(leadership.Reads.All());
            _leadership = null;
        }

        if (term > Term)
        {
            EnterTerm(term, HardState.Nobody);
        }

        Role = RaftRole.Follower;
        _tally = null;
        _leader = leader;
        RestartTimer();
    }

    private void EnterTerm(long term, int vote)
    {
        Term = term;
        Vote = vote;
        _outbox.Term = term;
        _following.TermBegins();
        if (Rules.TakesBackUnsaidPromises)
        {
            // A later leader may replace what an answer speaks of before it is written: it would speak of a copy that never was.
            _outbox.AfterWrite.Clear();
        }
    }

    private LogPosition Append(RaftEntryKind kind, ReadOnlyMemory<byte> payload)
    {
        var position = new LogPosition(Log.LastIndex + 1, Term);
        Log.Append(new RaftEntry(position, kind, payload));
        return position;
    }

    private void Reply(RaftMessageKind kind, int to, bool rejected, List<RaftMessage> box) => box.Add(_outbox.Message(kind, to) with { IsRejected = rejected });

    private void RestartTimer()
    {
        _ticks = 0;
        _timeout = _options.ElectionTicks + _random.Next(_options.ElectionTicks);
    }
}
