using Coterie.Host.Admin;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Staleness;
using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>Trials on the cluster: at most one at a time, which goes on when its page is closed and ends within two minutes in every case. Nothing runs between.</summary>
internal sealed class TrialDesk(ConsoleCluster cluster, ClusterQueries queries, Predictions predictions, TimeProvider time) : ITrialDesk, IAsyncDisposable
{
    private readonly AdminClient _admin = new(TimeSpan.FromSeconds(2));
    private readonly SemaphoreSlim _starting = new(1, 1);
    private TrialRun? _run;
    private MeasuredDelays? _measured;
    private Task _work = Task.CompletedTask;
    private bool _ending;

    public DelayModel? Measured => Delays?.Model;

    private MeasuredDelays? Delays => Volatile.Read(ref _run)?.Measured ?? Volatile.Read(ref _measured);

    public TrialLook Look() => Volatile.Read(ref _run)?.Look(Delays) ?? TrialLook.Nothing;

    public async Task<string?> StartAsync(QuorumQuestion question, int trials, CancellationToken cancellationToken)
    {
        if (!await _starting.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return "Another trial is being started.";
        }

        try
        {
            return _run is { IsActive: true } ? "A trial runs already: there is one at a time."
                : _ending ? "The console ends."
                : await BeginAsync(question, trials, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    public string? Stop()
    {
        if (_run is not { IsActive: true } run)
        {
            return "No trial runs.";
        }

        run.Stop();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        _ending = true;
        _run?.Stop();

        // A cluster that is gone too answers nobody who wants to remove a keyspace.
        await Task.WhenAny(_work, Task.Delay(TrialLimits.LeavingPatience, time));
        if (_work.IsCompleted)
        {
            _run?.Dispose();
        }

        _admin.Dispose();
        _starting.Dispose();
    }

    private async Task<string?> BeginAsync(QuorumQuestion question, int trials, CancellationToken cancellationToken)
    {
        var (nodes, unreachable) = await NodesAsync(cancellationToken);
        if (nodes is null)
        {
            return unreachable;
        }

        if (TrialPlan.Make(question, nodes, trials, time.GetUtcNow(), out var problem) is not { } plan)
        {
            return problem;
        }

        _measured = Delays;
        var run = new TrialRun(plan, queries, predictions, time);
        var last = Interlocked.Exchange(ref _run, run);
        last?.Dispose();
        _work = run.WorkAsync();
        return null;
    }

    private async Task<(IReadOnlyList<TrialNode>? Nodes, string Problem)> NodesAsync(CancellationToken cancellationToken)
    {
        var problem = "This console stands beside no cluster.";
        foreach (var node in cluster.Nodes)
        {
            try
            {
                return (TrialNode.Of(await _admin.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, cancellationToken), cluster), "");
            }
            catch (IOException e)
            {
                problem = $"The cluster cannot be asked: {e.Message}.";
            }
        }

        return (null, problem);
    }
}
