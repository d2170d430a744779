namespace Coterie.Raft.Tests.Harness;

/// <summary>
/// How often what happens, as shares of all steps and of all faults. Each seed has its own: a fault that is rare everywhere never meets another, and one that
/// is frequent everywhere lets nothing else happen.
/// </summary>
internal sealed record Chances
{
    public int Deliveries { get; init; }

    public int Writes { get; init; }

    public int Ticks { get; init; }

    public int Proposals { get; init; }

    public int Reads { get; init; }

    /// <summary>States fetched, questions asked.</summary>
    public int Errands { get; init; }

    /// <summary>Of who is in the group.</summary>
    public int Changes { get; init; }

    public int Faults { get; init; }

    public int Heals { get; init; }

    public int Partitions { get; init; }

    public int Crashes { get; init; }

    public int LostDisks { get; init; }

    public int Pauses { get; init; }

    public int Suspicions { get; init; }

    public int HandOvers { get; init; }

    public int Compactions { get; init; }

    /// <summary>Of a thousand messages.</summary>
    public int Losses { get; init; }

    public int Duplicates { get; init; }

    /// <summary>Messages that overtake others.</summary>
    public int Reorderings { get; init; }

    /// <summary>What goes wrong more often than everything else, in turn by seed.</summary>
    private static Func<Chances, Chances>[] Profiles { get; } =
    [
        static chances => chances,
        static chances => chances with { LostDisks = 8, Heals = Math.Max(4, chances.Heals), Errands = 100 },
        static chances => chances with { Ticks = 250, Faults = 90, Heals = 8, Crashes = 8, Pauses = 8, Partitions = 8, Suspicions = 14, LostDisks = 0, Losses = 250 },
        static chances => chances with { Writes = 40, Faults = 60, Crashes = 12, Suspicions = 8, LostDisks = 0, Proposals = 60 },
        static chances => chances with { Ticks = 300, Faults = 60, Pauses = 12, Suspicions = 12, Heals = 4, Crashes = 0, LostDisks = 0, Reads = 60 },
    ];

    /// <summary>
    /// Members come and go. None loses its disk: one that did is removed, and another taken in; the group's owner knows whom to ask what it has forgotten only
    /// while nobody else comes and goes.
    /// </summary>
    public static Func<Chances, Chances> MembersChange(int seed) => chances => ProfileOf(seed)(chances) with { Changes = 100, Faults = seed % 2 == 0 ? 10 : chances.Faults, LostDisks = 0 };

    public static Func<Chances, Chances> ProfileOf(int seed) => Profiles[seed % Profiles.Length];

    public static Chances Of(Random random) => new()
    {
        Deliveries = random.Next(200, 600),
        Writes = random.Next(40, 250),
        Ticks = random.Next(80, 300),
        Proposals = random.Next(10, 80),
        Reads = random.Next(10, 60),
        Errands = random.Next(10, 40),
        Faults = random.Next(5, 60),
        Heals = random.Next(1, 10),
        Partitions = random.Next(10),
        Crashes = random.Next(8),
        LostDisks = random.Next(3) == 0 ? random.Next(8) : 0,
        Pauses = random.Next(6),
        Suspicions = random.Next(10),
        HandOvers = random.Next(2) == 0 ? random.Next(8) : 0,
        Compactions = random.Next(2) == 0 ? random.Next(15) : 0,
        Losses = random.Next(2) == 0 ? random.Next(150) : 0,
        Duplicates = random.Next(2) == 0 ? random.Next(200) : 0,
        Reorderings = random.Next(700),
    };

    /// <summary>Which of the shares the dice fall on.</summary>
    public static int Pick(Random random, params ReadOnlySpan<int> shares)
    {
        var all = 0;
        foreach (var share in shares)
        {
            all += share;
        }

        var dice = random.Next(all);
        var at = 0;
        while ((dice -= shares[at]) >= 0)
        {
            at++;
        }

        return at;
    }
}
