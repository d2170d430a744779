using Coterie.Cli.Bench;
using Coterie.Host.Lab;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Tests.Bench;

public sealed class CheckedBenchTests
{
    private static readonly LabWrite[] Writes =
    [
        Write(0.9, 1.1), // Due while it warmed up.
        Write(1, 1.2),
        Write(1.9, 2.5), // Answered after the end.
        Write(1.5, 1.6, LabOutcome.Unknown),
        Write(2, 2.1),
    ];

    [Fact]
    public void At_a_rate_what_was_due_counts_however_late_it_was_answered()
    {
        var report = CheckedBench.Report(Settings(rate: 10), Writes);

        Assert.Equal((2, 2.0, 200, 600, 600), (report.Operations, report.ThroughputPerSecond, report.P50Ms, report.P99Ms, report.MaxMs));
        Assert.Equal(1, report.Errors["WriteTimeout"]);
    }

    [Fact]
    public void Without_a_rate_what_was_answered_counts() => Assert.Equal(2, CheckedBench.Report(Settings(rate: null), Writes).Operations);

    [Fact]
    public void Nothing_gives_zeros() => Assert.Equal((0, 0.0, 0.0), (CheckedBench.Report(Settings(1), []).Operations, CheckedBench.Report(Settings(1), []).P50Ms, CheckedBench.Report(Settings(1), []).MaxMs));

    private static BenchSettings Settings(double? rate) =>
        new(BenchWorkload.Carts, ConsistencyLevel.Quorum, 1, 1, rate, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1, 1, false, "");

    private static LabWrite Write(double due, double ended, LabOutcome outcome = LabOutcome.Acknowledged) =>
        new(0, TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(ended), outcome, outcome == LabOutcome.Acknowledged ? null : "WriteTimeout");
}
