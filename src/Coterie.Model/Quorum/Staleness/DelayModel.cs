namespace Coterie.Model.Quorum.Staleness;

/// <summary>
/// How long the four messages of a write and a read take (WARS, Bailis and others, VLDB 2012, §4.1): a write on its way to a replica, its
/// acknowledgement, a read on its way, its answer.
/// </summary>
/// <param name="Name">As <see cref="TryParse"/> reads it.</param>
public sealed record DelayModel(string Name, string Description, Delay Write, Delay Acknowledge, Delay Read, Delay Answer)
{
    /// <summary>The name of what was measured, of which there is one at a time: <see cref="OfRoundTrips"/>.</summary>
    public const string MeasuredName = "cluster";

    private const int TextLengthMax = 500;

    private static readonly Delay LinkedInSsdMessage = new ParetoExponentialDelay(.9122, .235, 10, 1.66);
    private static readonly Delay YammerMessage = new ParetoExponentialDelay(.982, 1.5, 3.8, .0217);

    /// <summary>LinkedIn, solid-state disks: table 3 of the paper, LNKD-SSD.</summary>
    public static DelayModel LinkedInSsd { get; } =
        new("lnkd-ssd", "LinkedIn, solid-state disks", LinkedInSsdMessage, LinkedInSsdMessage, LinkedInSsdMessage, LinkedInSsdMessage);

    /// <summary>LinkedIn, spinning disks: LNKD-DISK.</summary>
    public static DelayModel LinkedInDisk { get; } = new(
        "lnkd-disk", "LinkedIn, spinning disks", new ParetoExponentialDelay(.38, 1.05, 1.51, .183), LinkedInSsdMessage, LinkedInSsdMessage, LinkedInSsdMessage);

    /// <summary>Yammer: YMMR.</summary>
    public static DelayModel Yammer { get; } =
        new("ymmr", "Yammer", new ParetoExponentialDelay(.939, 3, 3.35, .0028), YammerMessage, YammerMessage, YammerMessage);

    /// <summary>The paper's.</summary>
    public static IReadOnlyList<DelayModel> Known { get; } = [LinkedInSsd, LinkedInDisk, Yammer];

    /// <summary>
    /// The sample of a message and the sample of its answer that were measured together are drawn together: <see cref="Write"/> with <see cref="Acknowledge"/>,
    /// <see cref="Read"/> with <see cref="Answer"/>. All four must then be of samples, each as many as its other.
    /// </summary>
    public bool IsPaired { get; private init; }

    /// <summary>
    /// From round trips between coordinators and replicas, in milliseconds, since nobody can measure one way without clocks that agree. A read's is halved. The way
    /// back of a write is taken to be as long as half a usual read, and at most half its own time: what a write takes longer is the replica's work,
    /// its disk above all, before which no read sees it.
    /// </summary>
    /// <exception cref="ArgumentException">No sample, or one that is no delay.</exception>
    public static DelayModel OfRoundTrips(IReadOnlyList<double> writes, IReadOnlyList<double> reads, string description)
    {
        var half = new SampledDelay([.. reads.Select(static trip => trip / 2)]);
        var usual = new SortedSamples([.. reads]).At(.5) / 2;
        double[] back = [.. writes.Select(trip => Math.Min(trip / 2, usual))];
        var there = new SampledDelay([.. writes.Zip(back, static (trip, way) => trip - way)]);
        return new DelayModel(MeasuredName, description, there, new SampledDelay(back), half, half) { IsPaired = true };
    }

    /// <summary>
    /// A known model by its name, or one's own: <c>w=exp(5);a=1;r=exp(1);s=1</c>, where <c>ars=</c> says three at once and <c>wars=</c> all four.
    /// </summary>
    /// <param name="measured">What <see cref="MeasuredName"/> means; null: nothing was measured.</param>
    public static bool TryParse(string text, DelayModel? measured, out DelayModel? model, out string? problem)
    {
        text = text.Trim();
        var isMeasured = text.Equals(MeasuredName, StringComparison.OrdinalIgnoreCase);
        model = isMeasured ? measured : Known.FirstOrDefault(known => known.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
        problem = null;
        if (model is not null)
        {
            return true;
        }

        if (isMeasured)
        {
            problem = "the delays of this cluster are not known: the console's Quorum page measures them, and forgets them when it ends";
            return false;
        }

        if (text.Length > TextLengthMax || !text.Contains('=', StringComparison.Ordinal))
        {
            problem = $"the model is one of {string.Join(", ", Known.Select(static known => known.Name))}, or your own: w=exp(5);ars=exp(1); not '{Quoted.Of(text)}'";
            return false;
        }

        var messages = new SortedDictionary<char, Delay>();
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            problem = ReadPart(part, messages);
            if (problem is not null)
            {
                return false;
            }
        }

        var missing = string.Concat("wars".Where(letter => !messages.ContainsKey(letter)));
        if (missing.Length > 0)
        {
            problem = $"a model says how long all of w, a, r and s take; missing: {string.Join(", ", missing.AsEnumerable())}";
            return false;
        }

        model = new DelayModel(text, "your own", messages['w'], messages['a'], messages['r'], messages['s']);
        return true;
    }

    private static string? ReadPart(string part, SortedDictionary<char, Delay> messages)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var letters = equals < 0 ? "" : part[..equals].Trim();
        if (letters.Length == 0 || letters.Any(static letter => !"wars".Contains(letter, StringComparison.Ordinal)))
        {
            return $"a part of a model begins with which of w, a, r, s it is of, as in ars=exp(1); not '{Quoted.Of(part)}'";
        }

        if (DelayText.Parse(part[(equals + 1)..], out var problem) is not { } delay)
        {
            return problem ?? $"a delay in milliseconds is one of {DelayText.Forms}; not '{Quoted.Of(part.AsSpan(equals + 1))}'";
        }

        foreach (var letter in letters)
        {
            if (!messages.TryAdd(letter, delay))
            {
                return $"the model says twice how long {letter} takes";
            }
        }

        return null;
    }
}
