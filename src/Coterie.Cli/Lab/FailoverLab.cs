using System.Diagnostics;
using System.Globalization;
using Coterie.Host.Lab;

namespace Coterie.Cli.Lab;

/// <summary>
/// Writes the same stream to a leaderless and to a leader-based keyspace while the node that leads is taken down again and again, and then looks for every
/// write that was acknowledged. Both keyspaces feel the same fault of the same node. Beside them a few registers of the leader-based keyspace are read and written, and
/// their history must be linearizable.
/// </summary>
internal sealed class FailoverLab(ILabCluster cluster, LabSettings settings, Action<string> say)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly List<LabFault> _faults = [];

    /// <exception cref="IOException">A node did not do what it was told, or nobody answers.</exception>
    public async Task<LabReport> RunAsync(CancellationToken cancellationToken)
    {
        using var leaders = new LabLeaders(cluster);
        await leaders.ReadyAsync(cancellationToken);
        var tables = await LabTables.CreateAsync(cluster, settings, cancellationToken);
        await leaders.LeaderAsync(cancellationToken);
        var servers = cluster.Nodes.Select(static node => node.Cql).ToList();
        var load = new LabLoad(servers, settings.Rate);
        await using var leaderless = new LabWrites(tables.Leaderless, load, _began);
        await using var leaderBased = new LabWrites(tables.LeaderBased, load, _began);
        await leaderless.ConnectedAsync(servers.Count, cancellationToken);
        await leaderBased.ConnectedAsync(servers.Count, cancellationToken);

        var offset = Stopwatch.GetElapsedTime(_began);
        say(string.Create(CultureInfo.InvariantCulture, $"{settings.Rate:0} writes a second ({settings.Workload.ToString().ToLowerInvariant()}) to each keyspace at QUORUM; {settings.Rounds} rounds"));
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var streams = Task.WhenAll(leaderless.RunAsync(writing.Token), leaderBased.RunAsync(writing.Token), tables.Registers.RunAsync(writing.Token));
        try
        {
            await RoundsAsync(leaders, leaderless, leaderBased, cancellationToken);
        }
        finally
        {
            await writing.CancelAsync();
            await streams;
        }

        var end = Stopwatch.GetElapsedTime(_began);
        var found = await ReadBackAsync(leaderless, "leaderless", cancellationToken);
        var foundLed = await ReadBackAsync(leaderBased, "leader-based", cancellationToken);
        var history = LabHistory.Of(tables.Registers.Calls, _began, [.. cluster.Nodes.Select(static node => node.Cql.ToString())]);
        var report = Report(Shift(leaderless.Written, offset), found, Shift(leaderBased.Written, offset), foundLed, HistoryReport.Of(history, settings.RegisterReads), offset, end - offset);
        if (report.IsRight && settings.Contact is not null)
        {
            await tables.DropAsync(cluster.Nodes[0], cancellationToken);
        }

        return report;
    }

    /// <summary>Times from when the writes began.</summary>
    private static List<LabWrite> Shift(IReadOnlyList<LabWrite> writes, TimeSpan offset) =>
        [.. writes.Select(write => write with { Due = write.Due - offset, Ended = write.Ended - offset })];

    private async Task RoundsAsync(LabLeaders leaders, LabWrites leaderless, LabWrites leaderBased, CancellationToken cancellationToken)
    {
        await Task.Delay(LabFigures.Settling, cancellationToken);
        for (var round = 1; round <= settings.Rounds; round++)
        {
            await Task.Delay(settings.Calm, cancellationToken);
            var victim = await leaders.LeaderAsync(cancellationToken);
            var from = Stopwatch.GetElapsedTime(_began);
            var back = await FaultAsync(victim, cancellationToken);
            await leaders.ReadyAsync(cancellationToken);
            var fault = new LabFault(round, victim.Cql.ToString(), from, back, Stopwatch.GetElapsedTime(_began));
            _faults.Add(fault);
            Say(fault, Gap(leaderless, fault), Gap(leaderBased, fault));
            await Task.Delay(LabFigures.Settling, cancellationToken);
        }

        await Task.Delay(settings.Calm, cancellationToken);
    }

    /// <returns>When the node was told to come back.</returns>
    private async Task<TimeSpan> FaultAsync(LabTarget victim, CancellationToken cancellationToken)
    {
        await (settings.Fault switch
        {
            LabFaultKind.Kill => cluster.KillAsync(victim, cancellationToken),
            LabFaultKind.Pause => cluster.PauseAsync(victim, cancellationToken),
            _ => cluster.CutOffAsync(victim, cancellationToken),
        });
        TimeSpan back;
        try
        {
            await Task.Delay(settings.Down, cancellationToken);
        }
        finally
        {
            back = Stopwatch.GetElapsedTime(_began);
            await (settings.Fault switch
            {
                LabFaultKind.Kill => cancellationToken.IsCancellationRequested ? Task.CompletedTask : cluster.StartAsync(victim, cancellationToken),
                LabFaultKind.Pause => cluster.ResumeAsync(victim, CancellationToken.None),
                _ => cluster.HealAsync(victim, CancellationToken.None),
            });
        }

        return back;
    }

    private static double Gap(LabWrites writes, LabFault fault) => LabFigures.LongestGap(
        [.. writes.Written.Where(static write => write.Outcome == LabOutcome.Acknowledged).Select(static write => write.Ended).Order()], fault.From, fault.Back).TotalMilliseconds;

    private void Say(LabFault fault, double leaderless, double leaderBased) => say(string.Create(
        CultureInfo.InvariantCulture,
        $"round {fault.Round}: {fault.Node} led and was {settings.Fault.Done()}, ready again after {(fault.To - fault.From).TotalSeconds:0.0} s; longest without a write: leaderless {leaderless:0} ms, leader-based {leaderBased:0} ms"));

    private Task<LabFindings> ReadBackAsync(LabWrites writes, string name, CancellationToken cancellationToken)
    {
        say(string.Create(CultureInfo.InvariantCulture, $"looking for {writes.Written.Count:N0} writes to the {name} keyspace at QUORUM"));
        return writes.CheckAsync(cancellationToken);
    }

    private LabReport Report(List<LabWrite> leaderless, LabFindings found, List<LabWrite> leaderBased, LabFindings foundLed, HistoryReport history, TimeSpan offset, TimeSpan length)
    {
        var faults = _faults.Select(fault => fault with { From = fault.From - offset, Back = fault.Back - offset, To = fault.To - offset }).ToList();
        return new LabReport(
            settings.Fault.Name(),
            settings.Workload.ToString().ToLowerInvariant(),
            settings.Rounds,
            settings.Rate,
            Math.Round(length.TotalSeconds, 2),
            KeyspaceReport.Of(LabFigures.Of(leaderless, faults, length), found),
            KeyspaceReport.Of(LabFigures.Of(leaderBased, faults, length), foundLed),
            history,
            [.. faults.Select(FaultReport.Of)]);
    }
}
