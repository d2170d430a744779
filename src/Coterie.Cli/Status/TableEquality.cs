using Coterie.Host.Admin;

namespace Coterie.Cli.Status;

/// <summary>How long ago every range of a table was last known to be equal on all of its replicas, put together from what each node knows of the pairs that it drives.</summary>
/// <param name="SecondsSinceEqual">The longest of all pairs; null: of some pair it is not known since the node that compares it started.</param>
/// <param name="Pairs">That the nodes that answered compare; none: there is one copy of each row.</param>
/// <param name="PairsNeverEqual">Of these, those not known to have been equal.</param>
/// <param name="Failures">Pairs whose last comparison failed.</param>
internal sealed record TableEquality(
    string Keyspace, string Table, double? SecondsSinceEqual, int Pairs, int PairsNeverEqual, IReadOnlyList<PairFailure> Failures)
{
    public static IReadOnlyList<TableEquality> Of(IReadOnlyList<NodeView> views)
    {
        var addresses = views.ToDictionary(static view => view.Node.Id, static view => view.Node.CqlAddress, StringComparer.Ordinal);
        return
        [
            .. from view in views
               where view.Report is not null
               from table in view.Report!.Tables
               group (view.Node, table.Pairs) by (table.Keyspace, table.Table) into reports
               orderby reports.Key.Keyspace, reports.Key.Table
               select Of(reports.Key.Keyspace, reports.Key.Table, [.. reports], addresses),
        ];
    }

    private static TableEquality Of(
        string keyspace, string table, IReadOnlyList<(PeerReport Node, IReadOnlyList<PairReport> Pairs)> reports, Dictionary<string, string> addresses)
    {
        var pairs = reports.SelectMany(static report => report.Pairs).ToList();
        var never = pairs.Count(static pair => pair.SecondsSinceEqual is null);
        return new TableEquality(
            keyspace,
            table,
            never > 0 || pairs.Count == 0 ? null : pairs.Max(static pair => pair.SecondsSinceEqual),
            pairs.Count,
            never,
            [
                .. from report in reports
                   from pair in report.Pairs
                   where pair.Failure is not null
                   select new PairFailure(report.Node.CqlAddress, addresses.GetValueOrDefault(pair.Peer, pair.Peer), Named(pair.Failure!, addresses)),
            ]);
    }

    /// <summary>People know nodes by their addresses.</summary>
    private static string Named(string failure, Dictionary<string, string> addresses) =>
        addresses.Aggregate(failure, static (text, node) => text.Replace(node.Key, node.Value, StringComparison.Ordinal));
}

/// <param name="Node">CQL address of the node that drives the comparison.</param>
/// <param name="Peer">CQL address of the other.</param>
internal sealed record PairFailure(string Node, string Peer, string Reason);
