using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Metadata;

/// <summary>Brings this node's log up to another's. Whoever asks while a pull runs waits for that one.</summary>
internal sealed class MetadataCatchUp(
    MetadataLog log, IMessenger messenger, IPEndPoint self, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(5);
    private readonly Lock _starting = new();
    private Task? _running;

    /// <summary>Pulls from the node, else from any other, until this node is at the target. Returns in any case after a bounded time.</summary>
    public async ValueTask ToAsync(NodeId from, Epoch target)
    {
        // The pull that runs may have been started for less: then once more for oneself.
        for (var attempt = 0; attempt < 2 && log.Current.Epoch < target && !stopping.IsCancellationRequested; attempt++)
        {
            TaskCompletionSource? mine = null;
            Task shared;
            lock (_starting)
            {
                if (_running is null)
                {
                    mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _running = mine.Task;
                }

                shared = _running;
            }

            if (mine is not null)
            {
                try
                {
                    await PullFromAnyAsync(from, target);
                }
                finally
                {
                    lock (_starting)
                    {
                        _running = null;
                    }

                    mine.SetResult();
                }
            }

            await shared;
        }
    }

    /// <summary>Pulls all that the node at this address has. False: it did not answer, or not with entries that follow on.</summary>
    public Task<bool> FromAsync(IPEndPoint from, CancellationToken cancellationToken) =>
        PullAsync((body, token) => messenger.AskAsync(from, Verb.MetadataPull, body, AnswerTimeout, token), cancellationToken);

    /// <summary>Waits for the pull that runs, after <c>stopping</c> has been cancelled.</summary>
    public Task StoppedAsync()
    {
        lock (_starting)
        {
            return _running ?? Task.CompletedTask;
        }
    }

    private async Task PullFromAnyAsync(NodeId from, Epoch target)
    {
        using var timeout = new CancellationTokenSource(TotalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            await PullAsync((body, token) => messenger.AskAsync(from, Verb.MetadataPull, body, AnswerTimeout, token), either.Token);
            var metadata = log.Current;
            foreach (var peer in metadata.IsFormed ? metadata.Nodes.Values.Select(node => node.PeerAddress) : metadata.Voters)
            {
                if (log.Current.Epoch >= target)
                {
                    return;
                }

                if (!peer.Equals(self))
                {
                    await FromAsync(peer, either.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever asked sees by the epoch that it is not there yet.
        }
    }

    private async Task<bool> PullAsync(Func<byte[], CancellationToken, Task<ReplyQueue.Reply>> ask, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var wanted = log.Current.Epoch.Next;
                var reply = await ask(MetadataMessages.JustEpoch(wanted), cancellationToken);
                if (reply.Status != ReplyStatus.Ok)
                {
                    return false;
                }

                var (theirs, entries) = MetadataMessages.ReadEntries(reply.Body);
                foreach (var entry in entries)
                {
                    if (!await log.LearnAsync(wanted, entry))
                    {
                        return false;
                    }

                    wanted = wanted.Next;
                }

                if (entries.Count == 0 || log.Current.Epoch >= theirs)
                {
                    return log.Current.Epoch >= theirs;
                }
            }
        }
        catch (Exception problem) when (problem is MalformedDataException or IOException)
        {
            logger.CatchUpFailed(log.Current.Epoch.Value, problem.Message);
            return false;
        }
    }
}
