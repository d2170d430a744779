using Coterie.Simulation.Runs;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Mistakes;

namespace Coterie.Simulation.Rows;

/// <summary>Partitions of several rows: deletions of rows, ranges and partitions, and scans with LIMIT and pages, in whole clusters under faults.</summary>
public sealed class RowTests
{
    private const string Misses = "misses";
    private const string Back = "brings back";
    private const string Differ = "replicas differ";

    private static readonly RowRun Faulty = new();

    [Fact]
    public void Without_faults_scans_see_every_stable_row_once() =>
        new RowRun { Faults = FaultOptions.None, Span = TimeSpan.FromSeconds(8) }.MustHold(nameof(Without_faults_scans_see_every_stable_row_once), 4);

    [Fact]
    public void Under_faults_scans_see_every_stable_row_once() =>
        Faulty.MustHold(
            nameof(Under_faults_scans_see_every_stable_row_once), 20, "short read continued", "scan of several pages", "repair sent", "speculative read");

    [Fact]
    public void Without_read_repair_scans_see_what_was_acknowledged() =>
        new RowRun { Workload = new() { ReadRepair = "NONE" } }.MustHold(nameof(Without_read_repair_scans_see_what_was_acknowledged), 5);

    [Fact]
    public void Five_nodes_with_three_replicas_scan_the_whole_ring() =>
        new RowRun { Cluster = new() { Nodes = 5 } }.MustHold(nameof(Five_nodes_with_three_replicas_scan_the_whole_ring), 5);

    [Fact]
    public void A_scan_that_ends_early_is_found() =>
        (Faulty with { Cluster = new() { Engine = static engine => new ShortScan(engine, 6) } }).MustBeFound(Faulty, 10, Misses, Differ);

    [Fact]
    public void A_short_read_that_is_not_continued_is_found() =>
        (Faulty with { Cluster = new() { Tampering = FrameMistakes.StopsAreNotTold } }).MustBeFound(Faulty, 30, Misses, Differ);

    [Fact]
    public void A_merge_that_forgets_deletions_is_found() =>
        (Faulty with { Cluster = new() { Merge = WrongMerge.DeletionsAreForgotten } }).MustBeFound(Faulty, 10, Misses, Back, Differ);
}
