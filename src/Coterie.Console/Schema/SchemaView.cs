namespace Coterie.WebConsole.Schema;

/// <summary>What of the schema a page shows: what has the filter in its name, and of that only so much at a time. Pure.</summary>
/// <param name="Keyspaces">Shown.</param>
/// <param name="More">Keyspaces that are not shown yet.</param>
/// <param name="Found">Tables that have the filter in their names; all, if there is none.</param>
internal sealed record SchemaView(IReadOnlyList<SchemaViewKeyspace> Keyspaces, int More, int Found)
{
    /// <param name="filter">In the name of a keyspace, or of a table with its keyspace before it.</param>
    /// <param name="shown">Keyspaces at most.</param>
    /// <param name="tablesShown">Tables at most, of a keyspace.</param>
    public static SchemaView Of(SchemaIndex index, string filter, int shown, Func<string, int> tablesShown)
    {
        filter = filter.Trim();
        var found = index.Keyspaces
            .Select(keyspace => (Keyspace: keyspace, Tables: Matching(keyspace, filter)))
            .Where(one => one.Tables.Count > 0 || Has(one.Keyspace.Name, filter))
            .ToList();
        return new SchemaView(
            [.. found.Take(shown).Select(one => new SchemaViewKeyspace(one.Keyspace, [.. one.Tables.Take(tablesShown(one.Keyspace.Name))], one.Tables.Count))],
            Math.Max(0, found.Count - shown),
            found.Sum(static one => one.Tables.Count));
    }

    private static IReadOnlyList<string> Matching(SchemaKeyspace keyspace, string filter) =>
        filter.Length == 0 ? keyspace.Tables : [.. keyspace.Tables.Where(table => Has($"{keyspace.Name}.{table}", filter))];

    private static bool Has(string name, string filter) => name.Contains(filter, StringComparison.OrdinalIgnoreCase);
}

/// <param name="Tables">Shown, if it is open.</param>
/// <param name="Found">How many there are.</param>
internal sealed record SchemaViewKeyspace(SchemaKeyspace Keyspace, IReadOnlyList<string> Tables, int Found)
{
    public int More => Found - Tables.Count;

    /// <summary>Where its copies are, in a few words.</summary>
    public string Copies => Keyspace switch
    {
        { IsSystem: true } => "each node has its own",
        { Strategy: "SimpleStrategy" } => Keyspace.Replicas.GetValueOrDefault("replication_factor") is "1" ? "1 copy" : $"{Keyspace.Replicas.GetValueOrDefault("replication_factor")} copies",
        _ => "copies: " + string.Join(", ", Keyspace.Replicas.Select(static one => $"{one.Value} in {one.Key}")),
    };
}
