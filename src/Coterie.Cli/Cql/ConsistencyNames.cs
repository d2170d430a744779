using Coterie.Model.Quorum;

namespace Coterie.Cli.Cql;

/// <summary>The levels as CQL writes them: <c>LOCAL_QUORUM</c>.</summary>
internal static class ConsistencyNames
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

    public static string All { get; } = string.Join(", ", Levels.Keys);

    public static bool TryParse(string text, out ConsistencyLevel level) => Levels.TryGetValue(text, out level);

    public static string Format(ConsistencyLevel level) => Levels.First(pair => pair.Value == level).Key;
}
