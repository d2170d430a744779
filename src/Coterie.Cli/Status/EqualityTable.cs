using Coterie.Cli.Cql;
using Coterie.Host.Configuration;

namespace Coterie.Cli.Status;

/// <summary>For people: one row for each table, then one line for each comparison that failed.</summary>
internal static class EqualityTable
{
    /// <param name="tables">As the nodes that answered know them.</param>
    /// <param name="silent">Nodes that did not: what they compare is not known.</param>
    public static void Show(IReadOnlyList<TableEquality> tables, IReadOnlyList<string> silent)
    {
        if (tables.Count == 0)
        {
            return;
        }

        ResultTable.Write(
            ResultTable.CreateConsole(!Console.IsOutputRedirected),
            [("table", false), ("replicas known to be equal", false), ("pairs", true)],
            [.. tables.Select(static table => new[] { $"{table.Keyspace}.{table.Table}", Describe(table), $"{table.Pairs}" })]);
        if (silent.Count > 0)
        {
            Console.WriteLine($"not counted: what {string.Join(", ", silent)} would say of the pairs that it compares");
        }

        foreach (var table in tables)
        {
            foreach (var failure in table.Failures)
            {
                Console.WriteLine($"{table.Keyspace}.{table.Table}: {failure.Node} could not compare with {failure.Peer}: {failure.Reason}");
            }
        }
    }

    private static string Describe(TableEquality table) =>
        table.SecondsSinceEqual is { } seconds ? $"{Duration.Describe(TimeSpan.FromSeconds(seconds))} ago"
        : table.Pairs == 0 ? "nothing to compare"
        : table.PairsNeverEqual == table.Pairs ? "never since start"
        : $"never since start: {table.PairsNeverEqual} pairs";
}
