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
            .. from table in TablePairs.Of(views.Where(static view => view.Report is not null).Select(static view => (view.Node.CqlAddress, view.Report!)))
               orderby table.Keyspace, table.Table
               select new TableEquality(
                   table.Keyspace,
                   table.Table,
                   table.SecondsSinceEqual,
                   table.Pairs.Count,
                   table.NeverEqual,
                   [.. table.Failed.Select(one => new PairFailure(one.By, addresses.GetValueOrDefault(one.Pair.Peer, one.Pair.Peer), TablePairs.Named(one.Pair.Failure!, addresses)))]),
        ];
    }
}

/// <param name="Node">CQL address of the node that drives the comparison.</param>
/// <param name="Peer">CQL address of the other.</param>
internal sealed record PairFailure(string Node, string Peer, string Reason);
