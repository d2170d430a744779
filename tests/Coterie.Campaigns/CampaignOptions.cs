using System.Globalization;
using Coterie.Simulator.Runs;

namespace Coterie.Campaigns;

/// <summary>What a campaign is to do, as the command line says it.</summary>
internal sealed record CampaignOptions
{
    public const string All = "all";

    public static readonly string Usage = $"""
        coterie-sim runs whole clusters on one thread under seeds, and checks what they promise.

          --seeds A-B       the seeds of each workload; A alone: that seed, twice (default 1-100)
          --workload NAME   one workload, or several with commas (default all)
          --hours H         start no seed after so many hours of real time
          --parallel P      threads, each with a simulation of its own (default: cores)
          --crash-images N  instead: so many images of a real store, killed, cut off or damaged, each opened and checked
          --json            the summary as JSON

        Workloads: {string.Join(", ", RunCatalog.Names)}
        Ends with 0 if nothing was found, 1 if something was, 2 if it was asked wrongly.
        """;

    public IReadOnlyList<string> Workloads { get; init; } = [];

    public ulong FirstSeed { get; init; } = 1;

    public ulong LastSeed { get; init; } = 100;

    /// <summary>Null: no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>0: none, but seeds.</summary>
    public int CrashImages { get; init; }

    public bool IsJson { get; init; }

    /// <returns>Null if it cannot be done, or need not; then <paramref name="problem"/> says why.</returns>
    public static CampaignOptions? Parse(IReadOnlyList<string> arguments, out string problem)
    {
        problem = "";
        var options = new CampaignOptions { Workloads = [.. RunCatalog.All] };
        for (var index = 0; index < arguments.Count; index++)
        {
            var name = arguments[index];
            if (name is "--help" or "-h")
            {
                problem = Usage;
                return null;
            }

            if (name == "--json")
            {
                options = options with { IsJson = true };
                continue;
            }

            var value = index + 1 < arguments.Count ? arguments[++index] : "";
            if (options.With(name, value) is not { } changed)
            {
                problem = $"coterie-sim: {name} {value}: not understood; --help says what is";
                return null;
            }

            options = changed;
        }

        return options;
    }

    private CampaignOptions? With(string name, string value)
    {
        switch (name)
        {
            case "--seeds":
                var range = value.Split('-');
                return range.Length is 1 or 2
                    && ulong.TryParse(range[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                    && ulong.TryParse(range[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                    && first > 0 && first <= last
                    ? this with { FirstSeed = first, LastSeed = last }
                    : null;
            case "--workload":
                var names = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
                return names is [All] ? this with { Workloads = [.. RunCatalog.All] }
                    : names.Length > 0 && names.All(static one => RunCatalog.Names.Contains(one)) ? this with { Workloads = names }
                    : null;
            case "--hours":
                return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var hours) && hours is > 0 and < 10_000
                    ? this with { TimeLimit = TimeSpan.FromHours(hours) }
                    : null;
            case "--parallel":
                return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads is > 0 and <= 256
                    ? this with { Parallel = threads }
                    : null;
            case "--crash-images":
                return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var images) && images > 0 ? this with { CrashImages = images } : null;
            default:
                return null;
        }
    }
}
