using System.Net;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// Makes a cluster of nodes that were given the same list: greets all of them until all have answered, then has one entry decided that
/// names them, their tokens and a random cluster id. Any of them may propose it; consensus sees to it that only one is decided. A
/// node that has the entry already, from its store or from a peer, has nothing to do. Where one has been a member of a cluster before, none is formed.
/// </summary>
public sealed class Formation : IRequestHandler
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoundPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a node that waits for an operator says so.</summary>
    private static readonly TimeSpan FormerReportPause = TimeSpan.FromSeconds(30);

    /// <summary>The first of the list proposes at once and the others only if it has not: not for safety, but to spare rivalry.</summary>
    private static readonly TimeSpan ProposalStagger = TimeSpan.FromMilliseconds(300);

    private readonly FormationSettings _settings;
    private readonly MetadataService _metadata;
    private readonly IMessenger _messenger;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly IdSource _ids;
    private readonly ILogger _logger;
    private string _lastMissing = "";
    private long? _formerReported;

    /// <param name="random">For pauses; used here alone.</param>
    public Formation(
        FormationSettings settings, MetadataService metadata, IMessenger messenger, TimeProvider time, Random random, IdSource ids, ILogger<Formation> logger)
    {
        _settings = settings;
        _metadata = metadata;
        _messenger = messenger;
        _time = time;
        _random = random;
        _ids = ids;
        _logger = logger;
    }

    /// <summary>Answers <see cref="Verb.Hello"/>.</summary>
    public void Handle(in Request request)
    {
        try
        {
            var hello = HelloMessage.Decode(request.Body);
            request.Reply.Send(ReplyStatus.Ok, OwnHello(hello.Node).Encode());
        }
        catch (MalformedDataException problem)
        {
            _logger.RequestRefused(request.From.ToString(), problem.Message);
            request.Reply.Send(ReplyStatus.Failed, default);
        }
    }

    /// <summary>Completes when the cluster is formed and this node is a member of it.</summary>
    /// <exception cref="FormationException">It never will be, as configured.</exception>
    /// <exception cref="LostIdentityException">It is one already, and has lost its store: it must start again as that.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!_metadata.Current.IsFormed)
        {
            ThrowIfAny([.. _settings.Problems()]);
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var formed = AwaitedAsync(source.Task);
            void OnChanged(ClusterMetadata before, ClusterMetadata after) => source.TrySetResult();
            _metadata.Changed += OnChanged;
            try
            {
                while (!_metadata.Current.IsFormed)
                {
                    await OneRoundAsync(formed, cancellationToken);
                    await PauseAsync(RoundPause, formed, cancellationToken);
                }
            }
            finally
            {
                _metadata.Changed -= OnChanged;
            }
        }

        var metadata = _metadata.Current;
        ThrowIfAny(FormationChecks.MembershipProblems(_settings, metadata));
        _logger.Formed(metadata.ClusterName, metadata.ClusterId.ToString(), metadata.Nodes.Count);
    }

    private async Task OneRoundAsync(Task formed, CancellationToken cancellationToken)
    {
        var answers = await GreetAllAsync(cancellationToken);
        if (_metadata.Current.IsFormed)
        {
            return;
        }

        ThrowIfAny(FormationChecks.Problems(_settings, answers));
        if (FormationChecks.LostIdentity(answers) is { } lost)
        {
            throw new LostIdentityException(lost);
        }

        var member = answers.FirstOrDefault(answer => answer.Hello.ClusterId != ClusterId.None);
        if (member.Hello is not null)
        {
            // It was decided while this node was away.
            await _metadata.CatchUpFromAsync(member.Address, cancellationToken);
        }
        else if (FormationChecks.FormerMembers(_settings, answers) is { Count: > 0 } former)
        {
            ReportFormer(former);
            ReportMissing(answers);
        }
        else if (answers.Count == _settings.InitialNodes.Length - 1)
        {
            await ProposeAsync(answers, formed, cancellationToken);
        }
        else
        {
            ReportMissing(answers);
        }
    }

    private async Task<List<(IPEndPoint Address, HelloMessage Hello)>> GreetAllAsync(CancellationToken cancellationToken)
    {
        var body = OwnHello(null).Encode();
        var peers = _settings.InitialNodes.Where(address => !address.Equals(_settings.Self.PeerAddress)).ToList();
        var replies = await Task.WhenAll(
            peers.Select(peer => _messenger.AskAsync(peer, Verb.Hello, body, AnswerTimeout, cancellationToken)));
        var answers = new List<(IPEndPoint, HelloMessage)>();
        for (var i = 0; i < replies.Length; i++)
        {
            if (replies[i].Status == ReplyStatus.Ok && TryDecode(replies[i].Body) is { } hello)
            {
                answers.Add((peers[i], hello));
            }
        }

        return answers;
    }

    private HelloMessage? TryDecode(byte[] body)
    {
        try
        {
            return HelloMessage.Decode(body);
        }
        catch (MalformedDataException problem)
        {
            _logger.RequestRefused("a peer's hello", problem.Message);
            return null;
        }
    }

    private async Task ProposeAsync(List<(IPEndPoint Address, HelloMessage Hello)> answers, Task formed, CancellationToken cancellationToken)
    {
        var place = _settings.InitialNodes.IndexOf(_settings.Self.PeerAddress);
        if (place > 0)
        {
            await PauseAsync((ProposalStagger * place) + (ProposalStagger * _random.NextDouble()), formed, cancellationToken);
        }

        if (_metadata.Current.IsFormed)
        {
            return;
        }

        var known = answers.ToDictionary(answer => answer.Address, answer => answer.Hello.Node);
        known[_settings.Self.PeerAddress] = _settings.Self;
        var nodes = TokenAllocation.Even([.. _settings.InitialNodes.Select(address => known[address])]);
        try
        {
            await _metadata.ChangeAsync(new FormCluster(new ClusterId(_ids.NextGuid()), _settings.ClusterName, nodes), cancellationToken);
        }
        catch (MetadataUnavailableException problem)
        {
            _logger.ProposingFailed(problem.Message);
        }
    }

    private HelloMessage OwnHello(NodeInfo? receiver)
    {
        var metadata = _metadata.Current;
        var knows = receiver is not null && metadata.Nodes.ContainsKey(receiver.Id);
        var there = receiver is null ? null : metadata.Nodes.Values.FirstOrDefault(node => node.PeerAddress.Equals(receiver.PeerAddress));
        var hasBeenMember = _settings.HasBeenMember && !metadata.IsFormed;
        return new HelloMessage(
            _settings.Self with { Tokens = [] }, metadata.ClusterId, _settings.ClusterName, _settings.ListHash, knows, there?.Id, hasBeenMember);
    }

    private void ReportFormer(List<IPEndPoint> former)
    {
        if (_formerReported is null || _time.GetElapsedTime(_formerReported.Value) >= FormerReportPause)
        {
            _formerReported = _time.GetTimestamp();
            _logger.FormsNoCluster(string.Join(", ", former));
        }
    }

    private void ReportMissing(List<(IPEndPoint Address, HelloMessage Hello)> answers)
    {
        var missing = string.Join(", ", _settings.InitialNodes.Except(answers.Select(answer => answer.Address)).Except([_settings.Self.PeerAddress]));
        if (missing.Length > 0 && missing != _lastMissing)
        {
            _lastMissing = missing;
            _logger.WaitingFor(missing);
        }
    }

    /// <summary>Waits so long, or until the cluster is formed.</summary>
    private async Task PauseAsync(TimeSpan pause, Task formed, CancellationToken cancellationToken)
    {
        try
        {
            await formed.WaitAsync(pause, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The pause is over.
        }
    }

    /// <summary>The same task for <c>WaitAsync</c>: a source that continues asynchronously hands combinators to the thread pool.</summary>
    private static async Task AwaitedAsync(Task task) => await task;

    private static void ThrowIfAny(List<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new FormationException(problems);
        }
    }
}
