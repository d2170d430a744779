namespace Coterie.Host.Admin;

/// <summary>
/// What all nodes say of one table: each pair of replicas is compared by one of its two nodes, which knows when it was last equal. Pure.
/// </summary>
/// <param name="Pairs">By whom each is compared, as people call that node.</param>
public sealed record TablePairs(string Keyspace, string Table, IReadOnlyList<(string By, PairReport Pair)> Pairs)
{
    /// <summary>Pairs that are not known to have been equal since the node that compares them started.</summary>
    public int NeverEqual => Pairs.Count(static one => one.Pair.SecondsSinceEqual is null);

    /// <summary>The pair that lags most; null: there is none.</summary>
    public (string By, PairReport Pair)? Worst => Pairs.Count == 0 ? null : Pairs.MaxBy(static one => one.Pair.SecondsSinceEqual ?? double.MaxValue);

    /// <summary>How long ago every range of the table was last known to be equal on all of its replicas; null: that is not known of some pair, or there is none.</summary>
    public double? SecondsSinceEqual => Worst?.Pair.SecondsSinceEqual;

    /// <summary>Pairs whose last comparison failed.</summary>
    public IEnumerable<(string By, PairReport Pair)> Failed => Pairs.Where(static one => one.Pair.Failure is not null);

    /// <param name="reports">What each node says, and how people call it.</param>
    public static IEnumerable<TablePairs> Of(IEnumerable<(string Name, StatusReport Report)> reports) =>
        from one in reports
        from table in one.Report.Tables
        group table.Pairs.Select(pair => (one.Name, pair)) by (table.Keyspace, table.Table) into pairs
        select new TablePairs(pairs.Key.Keyspace, pairs.Key.Table, [.. pairs.SelectMany(static some => some)]);

    /// <summary>The text with the ids of nodes replaced by what people call them.</summary>
    /// <param name="names">By id.</param>
    public static string Named(string text, IReadOnlyDictionary<string, string> names) =>
        names.Aggregate(text, static (named, node) => named.Replace(node.Key, node.Value, StringComparison.Ordinal));
}
