using System.Text.Json.Serialization.Metadata;
using Coterie.Host.Admin;
using Coterie.Host.Admin.Trees;

namespace Coterie.WebConsole.Repair;

/// <summary>
/// Asks the cluster how its replicas stand. Any node can be asked about any two replicas, so the first that answers is; only of hints and of what was compared
/// each node knows its own.
/// </summary>
/// <remarks>What is asked for by several pages at the same time is asked once a second. Nothing runs while nobody asks.</remarks>
internal sealed class ReplicaTrees(ConsoleCluster cluster, TimeProvider time) : IReplicaTrees, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RepairPatience = TimeSpan.FromMinutes(2);

    private readonly AdminClient _status = new(TimeSpan.FromSeconds(1.5));
    private readonly AdminClient _admin = new(TimeSpan.FromSeconds(15));
    private readonly Lock _gate = new();
    private Task<RepairOverview>? _overview;
    private long _asked;

    public Task<RepairOverview> OverviewAsync()
    {
        lock (_gate)
        {
            if (_overview is null || (_overview.IsCompleted && time.GetElapsedTime(_asked) > Fresh))
            {
                _asked = time.GetTimestamp();
                _overview = AskAllAsync();
            }

            return _overview;
        }
    }

    public Task<RepairReply<TreesReport>> PairsAsync(TableName table, CancellationToken cancellationToken) =>
        AskAsync($"/api/trees?{table.Query}", TreeJson.Default.TreesReport, cancellationToken);

    public Task<RepairReply<TreeReport>> CompareAsync(TableName table, string left, string right, string? lower, string? upper, CancellationToken cancellationToken)
    {
        var range = lower is null && upper is null ? "" : $"&lower={Uri.EscapeDataString(lower ?? "")}&upper={Uri.EscapeDataString(upper ?? "")}";
        return AskAsync($"/api/trees/compare?{table.Query}&{Two(left, right)}{range}", TreeJson.Default.TreeReport, cancellationToken);
    }

    public Task<RepairReply<RowReport>> RowAsync(TableName table, string left, string right, string which, string hex, CancellationToken cancellationToken) =>
        AskAsync($"/api/trees/row?{table.Query}&{Two(left, right)}&{which}={Uri.EscapeDataString(hex)}", TreeJson.Default.RowReport, cancellationToken);

    public async Task<RepairReply<RepairOutcome>> RepairAsync(TableName table, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var late = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, RepairPatience, Timeout.InfiniteTimeSpan);
        var started = time.GetTimestamp();
        var peers = new List<RepairPeer>();
        var problems = new List<string>();
        foreach (var node in cluster.Nodes)
        {
            RepairProgress? last = null;
            try
            {
                await new NodeRepair(_admin, time).RunAsync(node.Admin, new RepairRequest(table.Keyspace, table.Table), progress => last = progress, patience.Token);
            }
            catch (AdminRefusedException e) when (e.Status is 400 or 404 or 409)
            {
                return RepairReply<RepairOutcome>.Refused(e.Reason, e.Status);
            }
            catch (IOException e)
            {
                problems.Add($"{node.Name} did not take part: {e.Message}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return RepairReply<RepairOutcome>.Refused($"It goes on for longer than {RepairPatience.TotalMinutes:0} minutes; coterie repair shows how far it is.", 503);
            }

            peers.AddRange(last?.Peers ?? []);
        }

        problems.AddRange(peers.Select(static peer => peer.Failure).OfType<string>().Distinct());
        return new RepairReply<RepairOutcome>(
            new RepairOutcome(
                peers.Sum(static peer => peer.RangesCompared),
                peers.Sum(static peer => peer.RowsRead),
                peers.Sum(static peer => peer.RowsDifferent),
                peers.Sum(static peer => peer.RowsSent),
                time.GetElapsedTime(started).TotalSeconds,
                problems),
            null);
    }

    public void Dispose()
    {
        _status.Dispose();
        _admin.Dispose();
    }

    private static string Two(string left, string right) => $"left={Uri.EscapeDataString(left)}&right={Uri.EscapeDataString(right)}";

    private async Task<RepairOverview> AskAllAsync()
    {
        var statuses = await Task.WhenAll(cluster.Nodes.Select(StatusAsync));
        return RepairOverviews.Of(cluster.Nodes, [.. statuses.OfType<StatusReport>()]);
    }

    private async Task<StatusReport?> StatusAsync(ConsoleNode node)
    {
        try
        {
            return await _status.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, CancellationToken.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<RepairReply<T>> AskAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        foreach (var node in cluster.Nodes)
        {
            try
            {
                return new RepairReply<T>(await _admin.GetAsync(node.Admin, path, type, cancellationToken), null);
            }
            catch (AdminRefusedException e)
            {
                return RepairReply<T>.Refused(e.Reason, e.Status);
            }
            catch (IOException)
            {
                // The next one may answer.
            }
        }

        return RepairReply<T>.Refused(cluster.Nodes.Count == 0 ? "This console stands beside no cluster." : "No node answers.", 503);
    }
}
