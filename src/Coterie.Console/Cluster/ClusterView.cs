using Coterie.Host.Admin;
using Coterie.WebConsole.Metrics;

namespace Coterie.WebConsole.Cluster;

/// <summary>From what each node answered to what is shown of all. Pure.</summary>
internal static class ClusterView
{
    /// <summary>Tables that are listed, the worst of all.</summary>
    public const int TablesMax = 1_000;

    private const string Requests = "coterie_cql_requests_total";
    private const string Times = "coterie_cql_request_seconds";

    public static ClusterReport Of(ClusterMoment moment)
    {
        var reports = moment.Answers.Select(static answer => answer.Status).OfType<StatusReport>().ToList();
        var newest = reports.MaxBy(static report => report.Epoch);
        var names = Names(moment, newest);
        var leaders = new GroupLeaders(reports);
        var rings = moment.Ring is { } ring ? RingLayout.Of(ring) : [];
        var nodes = Nodes(moment, newest, rings, leaders);
        var views = nodes.Select(by => new NodeView(by.Name, [.. nodes.Select(of => OpinionOf(moment, by, of))])).ToList();
        var tables = Tables(moment, names);
        return new ClusterReport(
            newest?.Cluster,
            newest?.Epoch,
            ClusterSentence.Of(nodes, views),
            nodes.Count > 0 && views.All(static view => view.Of.All(static opinion => opinion == Opinion.Up)),
            moment.NotAsked,
            nodes,
            views,
            Hints(moment, names),
            leaders.Groups,
            leaders.Led,
            [.. tables.Take(TablesMax)],
            tables.Count,
            tables.Count(static table => table.PairsNever > 0),
            rings);
    }

    /// <summary>How people know a node, by its id.</summary>
    private static Dictionary<string, string> Names(ClusterMoment moment, StatusReport? newest)
    {
        var names = (newest?.Nodes ?? []).ToDictionary(static node => node.Id, static node => node.CqlAddress, StringComparer.Ordinal);
        foreach (var answer in moment.Answers)
        {
            if ((answer.Status?.Node ?? newest?.Nodes.FirstOrDefault(node => node.AdminAddress == answer.Admin)?.Id) is { } id)
            {
                names[id] = answer.Name;
            }
        }

        return names;
    }

    private static List<ClusterNode> Nodes(ClusterMoment moment, StatusReport? newest, IReadOnlyList<Ring> rings, GroupLeaders leaders)
    {
        var owners = rings.SelectMany(static ring => ring.Owners).ToDictionary(static owner => owner.Node, StringComparer.Ordinal);
        return [.. moment.Answers.Select((answer, number) =>
        {
            // Who does not answer is found by its address in what the others know.
            var id = answer.Status?.Node ?? newest?.Nodes.FirstOrDefault(node => node.AdminAddress == answer.Admin || node.CqlAddress == answer.Name)?.Id;
            var known = newest?.Nodes.FirstOrDefault(node => node.Id == id);
            var owner = id is null ? null : owners.GetValueOrDefault(id);
            var report = answer.Status;
            return new ClusterNode(
                answer.Name,
                id,
                number,
                known?.Datacenter,
                known?.Rack,
                known?.CqlAddress,
                answer.Admin,
                answer.Problem,
                report?.Ready ?? false,
                report?.UptimeSeconds,
                report?.LoadBytes,
                Rate(answer),
                LatencyOf(answer, "kind=\"read\""),
                LatencyOf(answer, "kind=\"write\""),
                report is null ? 0 : leaders.LedBy(report),
                owner?.Ownership,
                owner?.Tokens);
        })];
    }

    private static double? Rate(NodeAnswer answer) =>
        answer.SecondsSinceBefore is { } seconds && answer.Metrics?.Single(Requests) is { } now && answer.Before!.Metrics?.Single(Requests) is { } before && now >= before
            ? (now - before) / seconds
            : null;

    private static Latency? LatencyOf(NodeAnswer answer, string kind) =>
        answer.SecondsSinceBefore is { } seconds && answer.Metrics is { } now && LatencyWindow.Between(answer.Before!.Metrics, now, Times, kind) is { } window
            ? new Latency(window.Count / seconds, window.P50 * 1_000, window.P99 * 1_000)
            : null;

    private static Opinion OpinionOf(ClusterMoment moment, ClusterNode by, ClusterNode of)
    {
        if (moment.Answers[by.Number].Status is not { } report)
        {
            return Opinion.Silent;
        }

        return report.Nodes.FirstOrDefault(node => node.Id == of.Id) is { } peer ? peer.Up ? Opinion.Up : Opinion.Down : Opinion.Unknown;
    }

    private static List<HintLine> Hints(ClusterMoment moment, Dictionary<string, string> names) =>
    [
        .. from answer in moment.Answers
           where answer.Status is not null
           from peer in answer.Status!.Nodes
           where peer.Hints is not null
           group (answer.Name, peer.Hints) by peer.Id into kept
           select new HintLine(
               names.GetValueOrDefault(kept.Key, kept.Key),
               [.. kept.Select(static one => one.Name)],
               kept.Sum(static one => one.Hints!.Count),
               kept.Sum(static one => one.Hints!.Bytes),
               kept.Max(static one => one.Hints!.OldestSeconds)),
    ];

    private static List<TableLine> Tables(ClusterMoment moment, Dictionary<string, string> names) =>
    [
        .. TablePairs.Of(moment.Answers.Where(static answer => answer.Status is not null).Select(static answer => (answer.Name, answer.Status!)))
            .Select(pairs => TableOf(pairs, names))
            .OrderByDescending(static table => table.Failure is not null)
            .ThenByDescending(static table => table.PairsNever > 0)
            .ThenByDescending(static table => table.SecondsSinceEqual ?? -1)
            .ThenBy(static table => table.Keyspace, StringComparer.Ordinal)
            .ThenBy(static table => table.Table, StringComparer.Ordinal),
    ];

    private static TableLine TableOf(TablePairs pairs, Dictionary<string, string> names) => new(
        pairs.Keyspace,
        pairs.Table,
        pairs.SecondsSinceEqual,
        pairs.Worst is { } worst ? $"{worst.By} and {names.GetValueOrDefault(worst.Pair.Peer, worst.Pair.Peer)}" : null,
        pairs.Pairs.Count,
        pairs.NeverEqual,
        pairs.Failed.FirstOrDefault() is { Pair: { } failed } first ? TablePairs.Named($"{first.By} could not compare with {failed.Peer}: {failed.Failure}", names) : null);
}
