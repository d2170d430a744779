using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Consensus.Paxos;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Quorum;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// This node's part in the metadata log: keeps what is decided, votes if it is a voter, proposes changes, and brings whoever is behind
/// up to date. There is no leader: entry e + 1 is one instance of Paxos among the voters that the metadata of epoch e names, and any
/// node may propose. See <c>docs/decisions/0001-metadata-log.md</c>.
/// </summary>
/// <remarks>
/// A proposer that loses an epoch to another applies the other's entry and proposes for the next one, after a random pause. It goes
/// on to epoch e + 1 only after it has applied e, and every applied entry is compared with its own by id; so a change is never
/// decided twice, and never reported as refused because of its own success, even when someone else finished its decision.
/// </remarks>
public sealed class MetadataService : IMetadataView, IMetadataChanger, IEpochGate, IRequestHandler, IAsyncDisposable
{
    private static readonly TimeSpan ChangeTimeout = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMost = TimeSpan.FromSeconds(1);

    private readonly MetadataIdentity _self;
    private readonly IMessenger _messenger;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly IdSource _ids;
    private readonly ILogger _logger;
    private readonly MetadataLog _log;
    private readonly MetadataCatchUp _catchUp;
    private readonly MetadataAnnouncer _announcer;
    private readonly MetadataVoter _voter;
    private readonly Amnesia _amnesia;
    private Task _recalling = Task.CompletedTask;
    private readonly CancellationTokenSource _stopping = new();

    private readonly Turn _proposing = new();
    private (Epoch Epoch, long Round) _tried;
    private int _waiting;

    /// <summary>Replays the log from the store.</summary>
    /// <param name="initialVoters">The first of the initial list: who votes on the first entry. Of no meaning once there is one.</param>
    /// <param name="random">For pauses; used by this service alone.</param>
    /// <exception cref="MalformedDataException">The log in the store is damaged; the message names the entry.</exception>
    public MetadataService(
        MetadataIdentity self,
        ImmutableArray<IPEndPoint> initialVoters,
        IMetadataStore store,
        IMessenger messenger,
        ILiveness liveness,
        TimeProvider time,
        Random random,
        IdSource ids,
        ILogger<MetadataService> logger)
    {
        Check.That(initialVoters.Length is > 0 and <= Limits.VotersMax);
        _self = self;
        _messenger = messenger;
        _time = time;
        _random = random;
        _ids = ids;
        _logger = logger;
        _log = new MetadataLog(self.Id, store, ClusterMetadata.Empty with { Voters = initialVoters });
        _log.Broken += problem =>
        {
            _logger.LogBroken(problem);
            Broken?.Invoke(problem);
        };
        _catchUp = new MetadataCatchUp(_log, messenger, self.PeerAddress, time, logger, _stopping.Token);
        _announcer = new MetadataAnnouncer(messenger, liveness, time);
        _amnesia = new Amnesia(store);
        _voter = new MetadataVoter(self, _log, _catchUp, new DurableAcceptor(store), _amnesia, logger);
    }

    public ClusterMetadata Current => _log.Current;

    Epoch IEpochGate.Current => _log.Current.Epoch;

    public event Action<ClusterMetadata, ClusterMetadata>? Changed
    {
        add => _log.Changed += value;
        remove => _log.Changed -= value;
    }

    /// <summary>Agreement is broken: whoever owns the node must stop it.</summary>
    public event Action<BrokenInvariantException>? Broken;

    public ValueTask CatchUpAsync(NodeId from, Epoch target) =>
        _log.Current.Epoch >= target ? ValueTask.CompletedTask : _catchUp.ToAsync(from, target);

    /// <summary>Pulls all that the node at this address has. False: it did not answer, or cannot be followed.</summary>
    public Task<bool> CatchUpFromAsync(IPEndPoint from, CancellationToken cancellationToken) => _catchUp.FromAsync(from, cancellationToken);

    /// <summary>
    /// Called before a node that has lost its store takes up its identity again: as a voter it takes no part in what it may have forgotten.
    /// </summary>
    /// <exception cref="IOException">It could not be made durable: the identity must not be taken.</exception>
    public static Task ForgetAsync(IMetadataStore store) => Amnesia.BeginAsync(store);

    /// <summary>False while this node has forgotten its votes and does not know yet from when on it may vote again.</summary>
    public bool HasRecalled => !_amnesia.IsUnresolved;

    /// <summary>If this node has forgotten its votes: asks the other voters, until enough have answered, from when on it votes again. Once, when it is a member.</summary>
    public void Recall()
    {
        if (_amnesia.IsUnresolved)
        {
            _recalling = RecallAsync();
        }
    }

    public void Handle(in Request request) => _voter.Handle(request);

    public async Task<ChangeResult> ChangeAsync(MetadataChange change, CancellationToken cancellationToken)
    {
        if (!_log.Current.IsFormed && change is not FormCluster)
        {
            throw new MetadataUnavailableException("the cluster is not formed yet: not all nodes of the initial list have been reached");
        }

        if (_stopping.IsCancellationRequested)
        {
            throw new MetadataUnavailableException("this node is stopping");
        }

        if (Interlocked.Increment(ref _waiting) > Limits.MetadataChangesWaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw new MetadataUnavailableException($"{Limits.MetadataChangesWaitingMax} changes of the metadata wait on this node already");
        }

        try
        {
            var (outcome, entry) = await DecideAsync(change, cancellationToken);
            return new ChangeResult(outcome, entry is null ? null : await AnnounceAsync(outcome, entry, cancellationToken));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _proposing.EnterAsync(CancellationToken.None);
        await _recalling;
        await _catchUp.StoppedAsync();
        await _voter.DisposeAsync();
        _log.Dispose();
        _stopping.Dispose();
    }

    private async Task RecallAsync()
    {
        var applied = new Dictionary<IPEndPoint, Epoch>();
        try
        {
            while (_amnesia.IsUnresolved)
            {
                await AskVotersAsync(applied);
                if (Amnesia.Until(_log.Current, _self.PeerAddress, applied) is { } until)
                {
                    await _amnesia.ResolveAsync(until);
                    _logger.Recalled(until);
                }
                else
                {
                    await Task.Delay(PauseMost, _time, _stopping.Token);
                }
            }
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException)
        {
            // Stopping, or the store takes nothing: it abstains until the next start.
        }
    }

    private async Task AskVotersAsync(Dictionary<IPEndPoint, Epoch> applied)
    {
        foreach (var voter in _log.Current.Voters.Where(voter => !voter.Equals(_self.PeerAddress)))
        {
            var body = MetadataMessages.JustEpoch(_log.Current.Epoch.Next);
            var reply = await _messenger.AskAsync(voter, Verb.MetadataPull, body, PauseMost, _stopping.Token);
            try
            {
                if (reply.Status == ReplyStatus.Ok)
                {
                    applied[voter] = MetadataMessages.ReadEntries(reply.Body).Current;
                }
            }
            catch (MalformedDataException problem)
            {
                _logger.RequestRefused(voter.ToString(), problem.Message);
            }
        }
    }

    private Task<string?> AnnounceAsync(ChangeOutcome outcome, byte[] entry, CancellationToken cancellationToken)
    {
        var epoch = outcome.Metadata.Epoch;
        var others = outcome.Metadata.Nodes.Values.Where(node => node.Id != _self.Id).ToList();
        return _announcer.AnnounceAsync(epoch, entry, others, cancellationToken);
    }

    private async Task<(ChangeOutcome Outcome, byte[]? Entry)> DecideAsync(MetadataChange change, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ChangeTimeout, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, _stopping.Token);
        var progress = new Progress();
        try
        {
            await _proposing.EnterAsync(any.Token);
            try
            {
                return await ProposeAsync(change, progress, any.Token);
            }
            finally
            {
                _proposing.Leave();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MetadataUnavailableException(progress.Problem());
        }
    }

    private async Task<(ChangeOutcome Outcome, byte[]? Entry)> ProposeAsync(MetadataChange change, Progress progress, CancellationToken cancellationToken)
    {
        var entry = new LogEntry(_ids.NextGuid(), change).Encode();
        CheckEncoding(entry);
        var awaited = _log.Await(LogEntry.Decode(entry).Id);
        try
        {
            for (var failures = 0; awaited.Outcome is null; failures++)
            {
                if (change is FormCluster && _log.Current.IsFormed)
                {
                    // Another node was first, and formation is over. To propose it once more would only use up an epoch.
                    return (new ChangeOutcome(_log.Current, false, ChangeRefusal.Invalid, "The cluster is already formed"), null);
                }

                if (failures > 0)
                {
                    await Task.Delay(Pause(failures), _time, cancellationToken);
                }

                // While this node paused, another may have had the entry decided: then it is not proposed again.
                if (awaited.Outcome is null)
                {
                    failures = await TryEpochAsync(entry, progress, cancellationToken) ? 0 : failures;
                }
            }

            _logger.Decided(awaited.Outcome.Metadata.Epoch.Value, change.GetType().Name);
            return (awaited.Outcome, entry);
        }
        finally
        {
            _log.Forget(awaited);
        }
    }

    /// <summary>One attempt at the next epoch. True: the epoch is decided and applied, by whomever.</summary>
    private async Task<bool> TryEpochAsync(byte[] entry, Progress progress, CancellationToken cancellationToken)
    {
        var metadata = _log.Current;
        var epoch = metadata.Epoch.Next;
        var voters = metadata.Voters;
        var majority = ReplicaCounts.Majority(voters.Length);
        var proposer = new Proposer(_self.Id, voters.Length, majority, entry, _tried.Epoch == epoch ? _tried.Round : 0);
        var decision = new EpochDecision(_messenger, epoch, voters, proposer);
        ReadOnlyMemory<byte>? decided;
        try
        {
            decided = await decision.AttemptAsync(cancellationToken);
        }
        finally
        {
            _tried = (epoch, proposer.HighestRound);
            progress.Report(voters.Length, majority, decision.Answered);
        }

        if (decided is null)
        {
            return false;
        }

        try
        {
            await _log.LearnAsync(epoch, decided.Value);
        }
        catch (IOException problem)
        {
            progress.StoreFailed(problem.Message);
            return false;
        }

        if (decision.Ahead is { } ahead && ahead.Epoch > epoch)
        {
            await _catchUp.FromAsync(ahead.Voter, cancellationToken);
        }

        return true;
    }

    /// <summary>What nodes cannot read must not be decided: better to fail here than on every node.</summary>
    private static void CheckEncoding(byte[] entry)
    {
        if (entry.Length > Limits.ConsensusValueBytesMax)
        {
            throw new ArgumentException($"A change of the metadata is {entry.Length} bytes long; at most {Limits.MetadataChangeBytesMax} are allowed.");
        }

        LogEntry.Decode(entry);
    }

    /// <summary>Random, up to a bound that doubles with each failure: rivals that paused alike would trip each other for ever.</summary>
    private TimeSpan Pause(int failures)
    {
        var most = Math.Min(PauseMost.Ticks, PauseFirst.Ticks << Math.Min(failures, 16));
        return TimeSpan.FromTicks(_random.NextInt64(1, most));
    }

    /// <summary>How far a change has come, for the message if it comes no further.</summary>
    private sealed class Progress
    {
        private int _voters;
        private int _majority;
        private int _answered;
        private string? _storeProblem;

        /// <summary>An attempt that the end of the time cut short has heard less than the one before.</summary>
        public void Report(int voters, int majority, int answered) => (_voters, _majority, _answered) = (voters, majority, Math.Max(_answered, answered));

        public void StoreFailed(string problem) => _storeProblem = problem;

        public string Problem()
        {
            if (_storeProblem is not null)
            {
                return $"the change is decided, but this node cannot store it: {_storeProblem}";
            }

            if (_voters == 0)
            {
                return "other changes of the metadata took all the time";
            }

            return _answered < _majority
                ? $"the metadata needs a majority of its voters: {_majority} of {_voters} must answer, {_answered} did. The change may still take effect"
                : "the metadata is being changed by many at once, or its voters are too slow. The change may still take effect";
        }
    }
}
