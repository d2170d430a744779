using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Model.Deletes;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Model.Trees;
using Coterie.Replica.Deletes;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

/// <summary>Sweeps the rows of this node's leader-based groups, group after group and table after table, again and again.</summary>
public sealed class GroupSweeps(GroupMembers members, LeafSweep sweep, GroupSweepsParts parts, ILogger<GroupSweeps> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>On the caller's scheduler.</summary>
    public void Start() => _loop = RunAsync();

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(parts.Interval, parts.Time, _stopping.Token);
                await SweepAllAsync(parts.Metadata.Current);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task SweepAllAsync(ClusterMetadata metadata)
    {
        foreach (var keyspace in metadata.Keyspaces.Values.Where(static keyspace => keyspace.IsLeaderBased))
        {
            foreach (var group in parts.Maps.For(keyspace.Name)?.Groups ?? [])
            {
                foreach (var table in keyspace.Tables.Values)
                {
                    if (members.Find(group.Id)?.Sweeping is { } ground && ground.Ask() is { } permit)
                    {
                        await TrySweepAsync(table, group, new AppliedRule(ground, permit, HorizonOf(table)));
                    }
                }
            }
        }
    }

    /// <summary>By this node's clock alone: it decides when a deletion goes, not whether that is safe.</summary>
    private FormationTime HorizonOf(TableSchema table) =>
        new DeletionRules(table.Options.GcGrace, parts.ClockSkewMax).FloorOf(new FormationTime(parts.Time.GetUtcNow().ToUnixTimeMilliseconds()));

    private async Task TrySweepAsync(TableSchema table, ReplicaGroup group, AppliedRule rule)
    {
        try
        {
            foreach (var span in group.Ranges)
            {
                await sweep.SweepAsync(rule, KeyRange.OfTokens(table.StorageId, span.Start, span.End), _stopping.Token);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever the disk does: this sweep has failed, and the next one is tried.
            ReplicaLog.SweepFailed(logger, table.StorageId, exception);
        }
    }
}

/// <summary>What sweeps of leader-based groups are made with.</summary>
public sealed record GroupSweepsParts
{
    public required IMetadataView Metadata { get; init; }

    public required ReplicaMaps Maps { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How long to pause between two rounds.</summary>
    public required TimeSpan Interval { get; init; }

    public required TimeSpan ClockSkewMax { get; init; }
}
