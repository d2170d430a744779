using Coterie.Simulation.Runs;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulation.Batches;

/// <summary>Logged batches over several partitions, in whole clusters under faults: all or nothing, in the end.</summary>
public sealed class BatchTests
{
    private static readonly BatchRun Faulty = new();

    /// <summary>Replicas of different nodes for each partition, one each, and no hints: nothing but the record can make a batch whole.</summary>
    private static readonly BatchRun OneReplicaEach = new()
    {
        Cluster = new() { Nodes = 5 },
        HasHints = false,
        Replication = new(1),
        Workload = new() { Level = RegisterWorkloadOptions.One },
    };

    [Fact]
    public void With_one_replica_for_each_partition_and_without_hints_batches_are_whole() =>
        OneReplicaEach.MustHold(nameof(With_one_replica_for_each_partition_and_without_hints_batches_are_whole), 5, "batch replayed");

    [Fact]
    public void A_logged_batch_is_there_whole_or_not_at_all() =>
        Faulty.MustHold(
            nameof(A_logged_batch_is_there_whole_or_not_at_all), 15, "batch stored", "batch refused", "batch replayed", "batch of unknown end is there whole");

    [Fact]
    public void Five_nodes_with_three_replicas_keep_batches_whole() =>
        (Faulty with { Cluster = new() { Nodes = 5 } }).MustHold(nameof(Five_nodes_with_three_replicas_keep_batches_whole), 5, "batch replayed");

    [Fact]
    public void A_batch_that_is_not_kept_is_found() =>
        (OneReplicaEach with { Cluster = OneReplicaEach.Cluster with { Engine = static engine => new ForgottenHints(engine, losesHints: false) } })
            .MustBeFound(OneReplicaEach, 10, "in part");

    [Fact]
    public void The_check_finds_a_batch_in_part_one_that_is_gone_and_one_that_should_not_be()
    {
        Assert.Null(After(CqlOutcome.Broken, 1, 2));
        Assert.Null(After(CqlOutcome.Broken));
        Assert.Null(After(CqlOutcome.Ok, 1, 2));
        Assert.Contains("in part", After(CqlOutcome.Unknown, 1), StringComparison.Ordinal);
        Assert.Contains("is gone", After(CqlOutcome.Ok), StringComparison.Ordinal);
        Assert.Contains("nothing was applied", After(CqlOutcome.Unavailable, 1, 2), StringComparison.Ordinal);
        Assert.Contains("nobody wrote", After(CqlOutcome.Ok, 1, 2, 3), StringComparison.Ordinal);
    }

    private static string? After(CqlOutcome outcome, params int[] found)
    {
        var history = new BatchHistory();
        var batch = history.Begin([1, 2]);
        history.End(batch, outcome);
        foreach (var partition in found)
        {
            history.Found(batch, partition, BatchHistory.ValueOf(batch));
        }

        return history.Check();
    }
}
