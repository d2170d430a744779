using Coterie.Host.CqlClient;
using Coterie.Host.Lab;
using Coterie.Host.Workloads;
using Coterie.Model.Quorum;

namespace Coterie.WebConsole.Lab;

/// <summary>
/// One run: the same writes to a table of each keyspace, until it is told to stop; then a look for every write that was acknowledged. Its owner
/// starts it outside of any page, so that none of it waits for a page's turn.
/// </summary>
internal sealed class LabRun : IAsyncDisposable
{
    /// <summary>Writes a second to each keyspace: enough to see a gap of some hundredths of a second, and little for a machine that also runs the cluster.</summary>
    public const int Rate = 50;

    /// <summary>Of each row, where there are so many nodes. With more nodes no count of them says what can be written.</summary>
    public const int Replicas = 3;

    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly LabStream[] _streams;
    private readonly IReadOnlyList<ConsoleNode> _places;
    private readonly CancellationTokenSource _writing = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<LabFault> _faults = [];
    private Task _work = Task.CompletedTask;
    private TimeSpan? _stopped;

    private LabRun(WorkloadKind workload, IReadOnlyList<ConsoleNode> places, TimeProvider time)
    {
        Workload = workload;
        _places = places;
        _time = time;
        _began = time.GetTimestamp();
        var name = $"page_{workload.ToString().ToLowerInvariant()}_{time.GetUtcNow().ToUnixTimeMilliseconds()}";
        var load = new LabLoad([.. places.Select(static place => place.Cql)], Rate);
        Leaderless = new LabStream(workload, $"{LabKeyspaces.Leaderless}.{name}", load, _began);
        LeaderBased = new LabStream(workload, $"{LabKeyspaces.LeaderBased}.{name}", load, _began);
        _streams = [Leaderless, LeaderBased];
    }

    public WorkloadKind Workload { get; }

    public LabStream Leaderless { get; }

    public LabStream LeaderBased { get; }

    public IReadOnlyList<LabFault> Faults => _faults;

    public LabPhase Phase => _stopped is null ? LabPhase.Writing : _work.IsCompleted ? LabPhase.Done : LabPhase.Checking;

    /// <summary>Since it began, until it was stopped.</summary>
    public TimeSpan Now => _stopped ?? _time.GetElapsedTime(_began);

    /// <exception cref="IOException">No node answers.</exception>
    /// <exception cref="CqlErrorException">The cluster refused.</exception>
    public static async Task<LabRun> StartAsync(WorkloadKind workload, IReadOnlyList<ConsoleNode> places, Func<string, bool> isRunning, TimeProvider time, CancellationToken cancellationToken)
    {
        var running = places.Where(place => isRunning(place.Name)).ToList();
        if (running.Count == 0)
        {
            throw new IOException("no node runs");
        }

        var run = new LabRun(workload, places, time);
        try
        {
            await using var client = await CqlConnection.ConnectAsync(running[0].Cql, cancellationToken);
            foreach (var statement in LabKeyspaces.Definitions(Math.Min(Replicas, places.Count)).Concat(run._streams.Select(static stream => stream.TableDefinition)))
            {
                await client.QueryAsync(statement, ConsistencyLevel.Quorum, cancellationToken);
            }

            await Task.WhenAll(run._streams.Select(stream => stream.ConnectedAsync(running.Count, cancellationToken)));
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }

        run._work = run.WorkAsync();
        return run;
    }

    /// <summary>Something is about to happen to a node.</summary>
    public LabFault Begin(string node, string what, bool led)
    {
        if (Open(node) is { } before)
        {
            (before.To, before.Next) = (Now, what);
        }

        var fault = new LabFault(node, what, led, Now);
        _faults.Add(fault);
        return fault;
    }

    /// <summary>The node serves clients again.</summary>
    public void Close(string node)
    {
        if (Open(node) is { } open)
        {
            open.To = Now;
        }
    }

    public LabFault? Open(string node) => _faults.Find(fault => fault.Node == node && fault.To is null);

    /// <summary>Writes no more. What is in flight is waited for, and then the check begins, both without whoever asked.</summary>
    public void Stop()
    {
        _stopped ??= Now;
        _writing.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        _ending.Cancel();
        await Task.WhenAny(_work);
        foreach (var stream in _streams)
        {
            await stream.DisposeAsync();
        }

        _writing.Dispose();
        _ending.Dispose();
    }

    private async Task WorkAsync()
    {
        await Task.WhenAll(_streams.Select(stream => stream.RunAsync(_writing.Token)));
        await Task.WhenAll(_streams.Select(stream => stream.CheckAsync(_ending.Token)));
        if (_streams.All(static stream => stream.IsRight))
        {
            await DropAsync();
        }
    }

    /// <summary>Nobody needs them any more; what is not right stays, to be looked at.</summary>
    private async Task DropAsync()
    {
        foreach (var place in _places)
        {
            try
            {
                await using var client = await CqlConnection.ConnectAsync(place.Cql, _ending.Token);
                foreach (var stream in _streams)
                {
                    await client.QueryAsync($"DROP TABLE IF EXISTS {stream.Table}", ConsistencyLevel.Quorum, _ending.Token);
                }

                return;
            }
            catch (Exception e) when (e is IOException or CqlErrorException)
            {
                // Another may.
            }
        }
    }
}

/// <summary>Something that was done to a node, or came over it. Times are since the writes began.</summary>
internal sealed class LabFault(string node, string what, bool led, TimeSpan from)
{
    public string Node => node;

    public string What => what;

    public bool Led => led;

    public TimeSpan From => from;

    /// <summary>When the node served clients again, or something else happened to it; null: neither yet.</summary>
    public TimeSpan? To { get; set; }

    /// <summary>What happened to the node next, before it served clients again; null: it came back, or is still away.</summary>
    public string? Next { get; set; }
}
