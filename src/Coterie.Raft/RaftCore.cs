using Coterie.Model;

namespace Coterie.Raft;

/// <summary>
/// One member of a Raft group (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014; extensions by Ongaro's thesis): a pure
/// core without clock, disk or network, in the shape of etcd's. Messages and ticks go in; <see cref="TryTake"/> says what to write, send and apply.
/// Not safe for several threads.
/// </summary>
/// <remarks>
/// What makes it safe: a member gives one vote a term, to a log at least as complete as its own, and says so only when that is on its disk; a leader commits
/// by counting copies of entries of its own term only. Who is in the group is what the latest entry in a member's own log says, committed or not; members change
/// one at a time, so that a majority before and one after have a member in common (thesis §4.1; joint consensus, its §4.3, is not needed for that).
/// </remarks>
public sealed class RaftCore
{
    private readonly int _self;
    private readonly RaftOptions _options;
    private readonly Outbox _outbox;
    private readonly ElectionTimer _timer;
    private readonly Following _following;
    private readonly DiskFront _disk;
    private readonly List<long> _refusedReads = [];
    private Leadership? _leadership;
    private Candidacy? _candidacy;
    private int? _leader;

    /// <param name="self">This member's index.</param>
    /// <param name="state">As it is on the disk.</param>
    /// <param name="log">As it is on the disk. It says who is in the group; one that is not follows whoever leads, and waits to be taken in.</param>
    /// <param name="random">Spreads elections.</param>
    public RaftCore(int self, HardState state, RaftLog log, RaftOptions options, Random random)
    {
        Check.That(self is >= 0 and < Membership.MembersMax);
        _self = self;
        _options = options;
        _timer = new ElectionTimer(options, random);
        Term = state.Term;
        Vote = state.Vote;
        Log = log;
        _outbox = new Outbox(self) { Term = state.Term };
        _disk = new DiskFront(log, state);
        _following = new Following(log, _outbox);
        _timer.Restart();
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

        if (_timer.Tick() && MayCampaign)
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
            _timer.Hurry();
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

    /// <summary>
    /// Takes a member in, makes a voter of one that has caught up, or removes one, if this member leads. A change at a time: it holds at once, and the next is taken when
    /// this one is committed. A leader may remove itself; it leads until that is committed (thesis §4.2.2).
    /// </summary>
    /// <param name="role">Another than it has. A voter must have been a learner (thesis §4.2.1), and a group keeps a voter.</param>
    /// <returns><see cref="ProposeResult.Busy"/>, too, if the learner has not caught up.</returns>
    public ProposeResult ChangeMember(int member, MemberRole role, out LogPosition position)
    {
        position = default;
        if (_leadership is not { } leadership)
        {
            return ProposeResult.NotLeader;
        }

        var before = Log.Membership.RoleOf(member);
        Check.That(before != role && (role != MemberRole.Voter || before == MemberRole.Learner), "a member learns before it votes");
        if (leadership.TransferTarget is not null || !leadership.MayChangeMembers || (role == MemberRole.Voter && !leadership.IsCaughtUp(member)))
        {
            return ProposeResult.Busy;
        }

        position = Append(RaftEntryKind.Membership, Log.Membership.With(member, role).Encode());
        leadership.MembersChanged();
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
        if (_leadership is { TransferTarget: null } leadership && member != _self && Log.Membership.IsVoter(member))
        {
            leadership.HandOverTo(member);
        }
    }

    /// <summary>What was given out to be written is durable.</summary>
    public void Written()
    {
        _disk.Written();
        if (Role == RaftRole.Candidate && _disk.State == new HardState(Term, Vote) && _candidacy is { IsWon: true })
        {
            Won();
        }

        Commit();
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
        // Who is not in the group, as far as this member knows, may be in it by now, or still (thesis §4.1).
        Check.That(message.To == _self && message.From != _self);
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
                Commit();
                break;
            case RaftMessageKind.HeartbeatReply:
                _leadership?.OnHeartbeatReply(message);
                break;
            case RaftMessageKind.TimeoutNow when Role == RaftRole.Follower && message.From == _leader && MayCampaign:
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

    /// <summary>
    /// It may be needed to lead: it votes, or its removal may yet come to nothing. A majority may lack the entry that removes it, and then nobody else can win
    /// (thesis §4.2.2).
    /// </summary>
    private bool MayCampaign => !IsPassive &&
        (Log.Membership.IsVoter(_self) || (!Log.IsMembershipCommitted && Log.PreviousMembership?.IsVoter(_self) == true) || !Rules.OnlyVotersCampaign);

    private void Commit()
    {
        if (_leadership is { } leadership)
        {
            leadership.TryCommit();
            if (leadership.IsOver)
            {
                leadership.Leave();
                Follow(Term, null);
            }
        }
    }

    private bool HearsOfLeader() => Role == RaftRole.Leader || (_leader is not null && _timer.IsFresh);

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
            if (isGranted && Role == RaftRole.PreCandidate)
            {
                (Role, _candidacy) = (RaftRole.Follower, null);
            }

            _outbox.AfterWrite.Add(_outbox.Message(RaftMessageKind.PreVoteReply, message.From) with { Term = isGranted ? message.Term : Term, IsRejected = !isGranted });
            return;
        }

        if (isGranted)
        {
            Vote = message.From;
            _timer.Restart();
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
        if (_candidacy is not { } candidacy || (message.IsPassive && Rules.PassiveCountsForNothing) || !candidacy.TryCount(message))
        {
            return;
        }

        if (candidacy.IsWon)
        {
            Won();
        }
        else if (candidacy.IsLost)
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
        _timer.Restart();
        _following.OnLeaderMessage(message);
    }

    private void Campaign(bool isTransfer)
    {
        _leader = null;
        Ask(isPreVote: !isTransfer && Rules.AsksBeforeCampaigning, isTransfer);
    }

    private void Ask(bool isPreVote, bool isTransfer)
    {
        _timer.Restart();
        Role = isPreVote ? RaftRole.PreCandidate : RaftRole.Candidate;
        if (!isPreVote)
        {
            EnterTerm(Term + 1, _self);
        }

        _candidacy = new Candidacy(_self, isPreVote ? Term + 1 : Term, isPreVote, Log, _outbox);
        _candidacy.Ask(isTransfer);

        // Alone in a group: it asks nobody, but its vote counts only once it is durable.
        if (isPreVote && _candidacy.IsWon)
        {
            Won();
        }
    }

    private void Won()
    {
        if (Role == RaftRole.PreCandidate)
        {
            Ask(isPreVote: false, isTransfer: false);
            return;
        }

        Role = RaftRole.Leader;
        _candidacy = null;
        _leadership = new Leadership(_self, Term, Log, Log.LastIndex + 1, _options, Rules, _outbox);
        Append(RaftEntryKind.Empty, ReadOnlyMemory<byte>.Empty);
        _leadership.SendHeartbeats();
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
        _candidacy = null;
        _leader = leader;
        _timer.Restart();
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
}
