using Coterie.Simulator.Mistakes;

namespace Coterie.Simulator.Runs;

/// <summary>The runs that a campaign can ask for by name.</summary>
public static class RunCatalog
{
    /// <summary>A run that must fail: acknowledgements before the sync. It shows that a campaign can find something, and is part of none but its own.</summary>
    public const string Canary = "canary";

    private static readonly SortedDictionary<string, ClusterRun> Runs = new(StringComparer.Ordinal)
    {
        ["registers"] = RegisterRuns.InOrder,
        ["registers-clocks-apart"] = RegisterRuns.ClocksApart,
        ["registers-equal-timestamps"] = RegisterRuns.EqualTimestamps,
        ["registers-server-timestamps"] = RegisterRuns.ServerTimestamps,
        ["registers-no-repair"] = RegisterRuns.NoRepair,
        ["registers-repair-behind"] = RegisterRuns.RepairBehind,
        ["registers-read-one-write-all"] = RegisterRuns.ReadOneWriteAll,
        ["registers-read-all-write-one"] = RegisterRuns.ReadAllWriteOne,
        ["registers-five-nodes"] = RegisterRuns.FiveNodesThreeReplicas,
        ["registers-five-read-four"] = RegisterRuns.FiveReplicasReadFour,
        ["registers-five-read-two"] = RegisterRuns.FiveReplicasReadTwo,
        ["registers-local-quorum"] = RegisterRuns.LocalQuorums,
        ["registers-each-quorum"] = RegisterRuns.EachQuorumWrites,
        ["registers-unsynced"] = RegisterRuns.Unsynced,
        ["leaders"] = new LeaderRun(),
        ["leaders-short-logs"] = LeaderRun.ShortLogs,
        ["leaders-lost-disks"] = LeaderRun.LostDisks,
        ["leaders-lost-disks-short-logs"] = LeaderRun.LostDisksShortLogs,
        ["leaders-five-nodes"] = LeaderRun.FiveNodes,
        ["leaders-deletes"] = new LeaderDeleteRun(),
        ["leaders-appends"] = new LeaderAppendRun(),
        ["rows"] = new RowRun(),
        ["rows-five-nodes"] = new RowRun { Cluster = new() { Nodes = 5 } },
        ["collections"] = new CollectionRun(),
        ["collections-five-nodes"] = new CollectionRun { Cluster = new() { Nodes = 5 } },
        ["batches"] = new BatchRun(),
        ["batches-five-nodes"] = new BatchRun { Cluster = new() { Nodes = 5 } },
        ["unlogged-batches"] = new UnloggedBatchRun(),
        ["unlogged-batches-five-nodes"] = new UnloggedBatchRun { Cluster = new() { Nodes = 5 } },
        ["hints"] = new HintRun(),
        ["hints-any"] = HintRun.Any,
        ["missed-writes"] = new MissedWritesRun(),
        ["missed-writes-one-partition"] = new MissedWritesRun { OnePartition = true },
        ["deleted-rows"] = DeleteRuns.Rows,
        ["deleted-elements"] = DeleteRuns.Elements,
        ["swept-rows"] = DeleteRuns.SweptRows,
        ["swept-rows-five-nodes"] = DeleteRuns.SweptRowsFiveNodes,
        ["lost-stores"] = RegisterRuns.LostStores,
        ["lost-store-of-a-quorum"] = new LostStoreRun(),
        ["schema"] = new SchemaRun(),
        ["schema-five-nodes"] = new SchemaRun { Cluster = new() { Nodes = 5 } },
        ["schema-lost-stores"] = SchemaRun.LostStores,
        [Canary] = RegisterRuns.InOrder with { Cluster = new() { Engine = static engine => new EarlyAcknowledgement(engine) } },
    };

    public static IReadOnlyCollection<string> Names => Runs.Keys;

    /// <summary>Those that must hold.</summary>
    public static IEnumerable<string> All => Runs.Keys.Where(static name => name != Canary);

    public static ClusterRun Find(string name) => Runs[name];
}
