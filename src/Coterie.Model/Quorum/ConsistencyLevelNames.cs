namespace Coterie.Model.Quorum;

/// <summary>The levels as CQL writes them, <c>LOCAL_QUORUM</c>, and which of them name a requirement.</summary>
public static class ConsistencyLevelNames
{
    private static readonly SortedDictionary<string, ConsistencyLevel> Levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ANY"] = ConsistencyLevel.Any,
        ["ONE"] = ConsistencyLevel.One,
        ["TWO"] = ConsistencyLevel.Two,
        ["THREE"] = ConsistencyLevel.Three,
        ["QUORUM"] = ConsistencyLevel.Quorum,
        ["ALL"] = ConsistencyLevel.All,
        ["LOCAL_QUORUM"] = ConsistencyLevel.LocalQuorum,
        ["EACH_QUORUM"] = ConsistencyLevel.EachQuorum,
        ["LOCAL_ONE"] = ConsistencyLevel.LocalOne,
        ["SERIAL"] = ConsistencyLevel.Serial,
        ["LOCAL_SERIAL"] = ConsistencyLevel.LocalSerial,
    };

    // The names that people use first: QUORUM rather than TWO, ALL rather than THREE, and one that says where only when none says it without.
    private static readonly ConsistencyLevel[] ByPreference =
    [
        ConsistencyLevel.One, ConsistencyLevel.Quorum, ConsistencyLevel.All, ConsistencyLevel.Two, ConsistencyLevel.Three,
        ConsistencyLevel.LocalOne, ConsistencyLevel.LocalQuorum, ConsistencyLevel.EachQuorum, ConsistencyLevel.Any,
    ];

    /// <summary>All names, as a list in a sentence.</summary>
    public static string All { get; } = string.Join(", ", Levels.Keys);

    public static bool TryParse(string text, out ConsistencyLevel level) => Levels.TryGetValue(text, out level);

    public static string Format(ConsistencyLevel level) => Levels.First(pair => pair.Value == level).Key;

    /// <summary>The levels that need exactly this of these replicas, the most usual first; none: CQL has no name for it.</summary>
    public static IReadOnlyList<ConsistencyLevel> Naming(ReplicaLayout layout, ReplicaRequirement requirement, int datacenter = 0)
    {
        var local = layout.Datacenters[datacenter].Name;
        return [.. ByPreference.Where(level => ReplicaCounts.For(level, layout.ByName, local) == requirement)];
    }
}
