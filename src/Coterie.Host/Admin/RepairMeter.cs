using System.Diagnostics.Metrics;
using Coterie.Repair;
using Coterie.Repair.Exchanges;
using Coterie.Server;
using Coterie.Storage.Trees;

namespace Coterie.Host.Admin;

/// <summary>The instruments of trees and anti-entropy.</summary>
internal static class RepairMeter
{
    /// <summary>Series of one metric by keyspace, table and peer; more pairs than that are counted, but have none of their own.</summary>
    public const int PairsMax = 1_000;

    public static void Add(Meter meter, CoterieNode node)
    {
        AddTrees(meter, node);
        AddExchanges(meter, node.RepairCounters);
        AddPairs(meter, node);
    }

    private static void AddTrees(Meter meter, CoterieNode node)
    {
        var counters = node.TreeCounters;
        Gauge(meter, "tree_leaves", "Leaves of the trees by which replicas compare", () => Sum(node.Leaves, static table => table.Leaves));
        Gauge(meter, "tree_leaves_dirty", "Leaves written to since they were last read", () => Sum(node.Leaves, static table => table.Dirty));
        Counter(meter, "tree_clean_leaves_read", "Clean leaves read again, to see whether they are what their hash says", () => counters.CleanLeavesRead);
        Counter(meter, "tree_leaves_wrong", "Clean leaves that were not what their hash said, and were put right", () => counters.LeavesWrong);
        Counter(meter, "tree_leaves_rehashed", "Leaves read anew after they were written to", () => counters.LeavesHashed);
        Counter(meter, "tree_rows_read", "Rows read to keep the trees current and to answer other replicas about them", () => counters.RowsRead);
        Counter(meter, "tree_rows_repaired", "Rows taken from other replicas that had them or had them newer", () => counters.RowsRepaired);
        Counter(meter, "tree_repairs_refused", "Repairs refused because their source knew an older horizon", () => counters.RepairsRefused);
        Counter(meter, "tree_requests_malformed", "Requests of other replicas about trees that could not be decoded", () => counters.Malformed);
        Counter(meter, "tree_reads_corrupt", "Times that reading for a tree met damaged data", () => counters.Corrupt);
        Gauge(meter, "tree_records_damaged", "Records of leaves that could not be read at the start", () => node.Leaves.DamagedRecords);
    }

    private static void AddExchanges(Meter meter, RepairCounters counters)
    {
        Counter(meter, "repair_exchanges", "Comparisons with another replica that this node drove", () => counters.Exchanges);
        Counter(meter, "repair_exchanges_failed", "Of these, those that did not come to their end", () => counters.ExchangesFailed);
        Total("repair_ranges_compared", "Ranges of keys whose hashes were compared", static total => total.RangesCompared);
        Total("repair_rows_read", "Rows that both sides read for these comparisons", static total => total.RowsRead);
        Total("repair_rows_different", "Rows that were different", static total => total.RowsDifferent);
        Total("repair_rows_sent", "Rows sent in either direction", static total => total.RowsSent);
        Total("repair_sent_bytes", "Bytes of all messages of these comparisons between the two nodes", static total => total.BytesSent);

        void Total(string name, string description, Func<ExchangeFigures, long> read) => Counter(meter, name, description, () => read(counters.Total()));
    }

    private static void AddPairs(Meter meter, CoterieNode node)
    {
        Gauge(meter, "repair_pairs", "Pairs of replicas and a table that this node compares", () => Pairs(node).Count);
        Gauge(
            meter,
            "repair_pairs_never_equal",
            "Of these, those not known to have been equal since this node started",
            () => Pairs(node).Count(static pair => pair.EqualAt is null));
        Gauge(
            meter,
            "repair_pairs_failed",
            "Of these, those whose last comparison did not come to its end",
            () => Pairs(node).Count(static pair => pair.Failure is not null));
        meter.CreateObservableGauge(
            "coterie.repair_since_equal",
            () => SinceEqual(node),
            "s",
            $"Since when a table was last known to be equal on this node and a peer; the first {PairsMax} pairs");
    }

    private static IEnumerable<Measurement<double>> SinceEqual(CoterieNode node) =>
    [
        .. from pair in Pairs(node).Take(PairsMax)
           let since = DateTimeOffset.UtcNow - pair.EqualAt
           where since is not null
           select new Measurement<double>(
               Math.Max(0, since.GetValueOrDefault().TotalSeconds),
               new KeyValuePair<string, object?>("keyspace", pair.Keyspace),
               new KeyValuePair<string, object?>("table", pair.Table),
               new KeyValuePair<string, object?>("peer", pair.Peer.ToString())),
    ];

    private static IReadOnlyList<RepairPair> Pairs(CoterieNode node) => node.Repair?.Pairs() ?? [];

    private static long Sum(TreeLeaves leaves, Func<TableLeaves, long> read) => leaves.Survey.Tables().Sum(table => read(leaves.Survey.Describe(table)));

    private static void Counter(Meter meter, string name, string description, Func<long> read) =>
        meter.CreateObservableCounter($"coterie.{name}", read, null, description);

    private static void Gauge(Meter meter, string name, string description, Func<long> read) =>
        meter.CreateObservableGauge($"coterie.{name}", read, null, description);
}
