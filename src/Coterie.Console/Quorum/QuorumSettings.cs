using System.Collections.Immutable;
using System.Globalization;
using Coterie.Model.Quorum;

namespace Coterie.WebConsole.Quorum;

/// <summary>What the page offers to choose from.</summary>
internal static class QuorumSettings
{
    /// <summary>Of each node, from a machine that is looked after by nobody to one of five nines: the steps of the slider.</summary>
    public static ImmutableArray<double> NodeAvailabilities { get; } = [.9, .95, .98, .99, .995, .998, .999, .9995, .9999, .99999];

    public static ImmutableArray<QuorumPreset> Presets { get; } =
    [
        new("Balanced", "3", "QUORUM", "QUORUM"),
        new("Fast and stale", "3", "ONE", "ONE"),
        new("Cheap reads", "3", "ONE", "ALL"),
        new("Five copies", "5", "QUORUM", "QUORUM"),
        new("Two data centres", "3,3", "LOCAL_QUORUM", "LOCAL_QUORUM"),
        new("Two, never apart", "3,3", "LOCAL_QUORUM", "EACH_QUORUM"),
    ];

    /// <summary>The levels that this many replicas can meet, as CQL writes them.</summary>
    public static IEnumerable<string> Levels(ReplicaLayout layout, bool writes)
    {
        foreach (var level in new[]
        {
            ConsistencyLevel.One, ConsistencyLevel.Two, ConsistencyLevel.Three, ConsistencyLevel.Quorum, ConsistencyLevel.All,
            ConsistencyLevel.LocalOne, ConsistencyLevel.LocalQuorum, ConsistencyLevel.EachQuorum, ConsistencyLevel.Any,
        })
        {
            var name = ConsistencyLevelNames.Format(level);
            if (QuorumSide.TryParse(name, writes ? 'W' : 'R', layout, 0, out _, out _))
            {
                yield return name;
            }
        }
    }

    /// <summary>The step of the slider that is nearest.</summary>
    public static int NearestStep(double nodeUp) =>
        Enumerable.Range(0, NodeAvailabilities.Length).MinBy(step => Math.Abs(Math.Log10(1 - NodeAvailabilities[step]) - Math.Log10(1 - nodeUp)));

    public static string Milliseconds(double value) => $"{Figures.Plain(value)} ms";

    /// <summary>From seconds to hours, in whichever unit is short.</summary>
    public static string Downtime(double minutes) => minutes switch
    {
        0 => "none",
        < 1.0 / 60_000 => "less than 1 ms",
        < 1.0 / 60 => (minutes * 60_000).ToString("0", CultureInfo.InvariantCulture) + " ms",
        < 1 => (minutes * 60).ToString("0.#", CultureInfo.InvariantCulture) + " s",
        < 120 => minutes.ToString("0.#", CultureInfo.InvariantCulture) + " min",
        _ => (minutes / 60).ToString("0.#", CultureInfo.InvariantCulture) + " h",
    };
}

internal sealed record QuorumPreset(string Name, string Replicas, string Read, string Write);
