using System.Net;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;
using Coterie.Model.Quorum.Staleness;
using Coterie.WebConsole.Quorum;
using Coterie.WebConsole.Quorum.Trial;

namespace Coterie.WebConsole.Tests.Quorum.Trial;

/// <summary>A desk that shows what a test wants it to, and remembers what it was asked.</summary>
internal sealed class FakeTrialDesk : ITrialDesk
{
    public DelayModel? Measured { get; set; }

    public TrialLook Shown { get; set; } = TrialLook.Nothing;

    public string? Refusal { get; set; }

    public List<string> Asked { get; } = [];

    public TrialLook Look() => Shown;

    public Task<string?> StartAsync(QuorumQuestion question, int trials, CancellationToken cancellationToken)
    {
        Asked.Add($"{question.Read.Text} {question.Write.Text} {trials}");
        return Task.FromResult(Refusal);
    }

    public string? Stop()
    {
        Asked.Add("stop");
        return Refusal;
    }
}

internal static class Trials
{
    public static DelayModel Delays { get; } = DelayModel.OfRoundTrips([3, 4, 8], [1, 1, 2], "this cluster, measured 12:00:00 UTC");

    public static IReadOnlyList<TrialNode> Nodes(params string[] datacenters) =>
        [.. datacenters.Select(static (name, i) => new TrialNode($"node{i + 1}", name, new IPEndPoint(IPAddress.Loopback, i + 1), true))];

    public static QuorumQuestion Question(string replicas = "3", string read = "1", string write = "1", string? readFrom = null) =>
        QuorumQuestion.TryParse(new QuorumWords { Replicas = replicas, Read = read, Write = write, ReadFrom = readFrom }, out var question, out var problems)
            ? question!
            : throw new InvalidOperationException(string.Join("; ", problems));

    /// <summary>A write and a read that took so long at three replicas and half a millisecond more each way to the console.</summary>
    public static TrialOutcome Outcome(double gap, bool seen, double write = 2, double read = 1) => new(
        new TrialAnswer(write + 1, [write / 4, write / 2, write], false), gap, new TrialAnswer(read + 1, [read], seen), null);

    public static TrialLook Look(TrialPhase phase)
    {
        var tally = new TrialTally();
        for (var i = 0; i < 100; i++)
        {
            tally.Add(Outcome(i / 10.0, i % 10 > 0));
        }

        var prediction = new Predictions().Of(Question() with { Delays = Delays });
        var percentiles = new[] { .5, .9, .95, .99 }.Select(share => new PercentileReport(share, share * 10)).ToList();
        var result = new TrialResult("3", "1", "1", 100, 2, 0, true, tally.SeenShare, tally.Seen(), new TrialLatency(percentiles, percentiles), new TrialLatency(percentiles, percentiles), prediction.Report);
        var snapshot = new TrialSnapshot(phase, "90 % of 100 reads saw the write before them.", null, 50, 100, new TrialDelays(DateTimeOffset.UnixEpoch, 9, percentiles, percentiles), result);
        return new TrialLook(snapshot, new TrialCurves([new ChartPoint(0, 0), new ChartPoint(10, 1)], [new ChartPoint(0, 0), new ChartPoint(10, 1)], 10, prediction.Latency));
    }
}
