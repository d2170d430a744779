using Coterie.Host.Lab;
using Coterie.Host.Workloads;

namespace Coterie.WebConsole.Lab;

/// <summary>The writes of a run to one of the two keyspaces: the table that they go to, what has come of each, and in the end what was found of those that were acknowledged.</summary>
internal sealed class LabStream : IAsyncDisposable
{
    private readonly LabWrites _writes;
    private LabFinding? _finding;

    /// <param name="table">With its keyspace.</param>
    /// <param name="began">When the run did, as a timestamp of <see cref="TimeProvider"/>.</param>
    public LabStream(WorkloadKind workload, string table, LabLoad load, long began)
    {
        Table = table;
        var content = Workload.Create(workload, table, load.Servers.Count);
        TableDefinition = content.TableDefinition;
        _writes = new LabWrites(content, load, began) { Ended = Timeline.Add };
    }

    public string Table { get; }

    public string TableDefinition { get; }

    public LabTimeline Timeline { get; } = new();

    /// <summary>Every acknowledged write was found, and nothing else.</summary>
    public bool IsRight => _finding is { IsRight: true };

    public LabStreamReport Report(TimeSpan now) => Timeline.Report(_writes.Count, now, _finding);

    /// <summary>Completes when so many nodes are connected.</summary>
    public Task ConnectedAsync(int nodes, CancellationToken cancellationToken) => _writes.ConnectedAsync(nodes, cancellationToken);

    public Task RunAsync(CancellationToken writing) => _writes.RunAsync(writing);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var found = await _writes.CheckAsync(cancellationToken);
        _finding = new LabFinding(found.Lost.Count, found.Unread, found.Returned.Count + found.FailedFound);
    }

    public ValueTask DisposeAsync() => _writes.DisposeAsync();
}
