using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Coterie.Campaigns.CrashImages;

/// <summary>
/// Kills real writers, makes many images of what each left, opens every one and checks it: every acknowledged batch is there, whole, and nothing half, or
/// the store is refused and the damaged file is named. Never silently less.
/// </summary>
internal sealed class CrashCampaign(CampaignOptions options, TextWriter output, TextWriter progress)
{
    private const int ImagesOfOne = 50;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly Lock _gate = new();
    private readonly List<ImageResult> _results = [];
    private readonly List<string> _failures = [];
    private readonly long _begun = Stopwatch.GetTimestamp();
    private TimeSpan _reported;
    private long _acknowledged;

    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync()
    {
        var root = Directory.CreateTempSubdirectory("coterie-crash-").FullName;
        var originals = (options.CrashImages + ImagesOfOne - 1) / ImagesOfOne;
        await Parallel.ForAsync(
            0,
            originals,
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallel },
            async (number, _) => await OneAsync(root, number, Math.Min(ImagesOfOne, options.CrashImages - (number * ImagesOfOne))));
        var summary = new CrashSummary(
            _results.Count,
            originals,
            _acknowledged,
            Math.Round(Stopwatch.GetElapsedTime(_begun).TotalSeconds, 1),
            [.. _results.GroupBy(static result => result.Kind).OrderBy(static kind => kind.Key).Select(static kind =>
                new KindSummary(kind.Key.ToString(), kind.Count(), kind.Count(static result => result.Refusal is not null)))],
            _failures);
        output.WriteLine(options.IsJson ? JsonSerializer.Serialize(summary, Json) : Text(summary));
        if (_failures.Count == 0)
        {
            Directory.Delete(root, recursive: true);
        }

        return _failures.Count == 0 ? 0 : 1;
    }

    private async Task OneAsync(string root, int number, int images)
    {
        var seed = unchecked((int)options.FirstSeed) + number;
        var random = new Random(seed);
        var directory = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"original-{number}"));
        var original = await KilledStore.MakeAsync(directory, seed, isSealed: number % 2 == 1, random);
        lock (_gate)
        {
            _acknowledged += original.Acknowledged.Count;
        }

        var kept = false;
        for (var image = 0; image < images; image++)
        {
            var place = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"image-{number}-{image}"));
            var result = await new CrashImage(original, place).CheckAsync(KindOf(original, image, random), random);
            lock (_gate)
            {
                _results.Add(result);
                if (result.Wrong is { } wrong)
                {
                    _failures.Add($"{result.Kind}, {result.Change}: {wrong} (kept in {place}, made from {directory})");
                }
            }

            kept |= result.Wrong is not null;
            if (result.Wrong is null)
            {
                Directory.Delete(place, recursive: true);
            }
        }

        if (!kept)
        {
            Directory.Delete(directory, recursive: true);
        }

        Report();
    }

    private static ImageKind KindOf(KilledStore original, int image, Random random) => image == 0 ? ImageKind.Killed
        : original.IsSealed ? ImageKind.Flipped
        : random.Next(3) == 0 ? ImageKind.Torn
        : ImageKind.CutOff;

    private void Report()
    {
        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_begun) is var elapsed && elapsed - _reported >= ProgressEvery)
            {
                _reported = elapsed;
                progress.WriteLine($"{elapsed:hh\\:mm\\:ss}  {_results.Count} of {options.CrashImages} images, {_failures.Count} failures");
            }
        }
    }

    private static string Text(CrashSummary summary) => string.Join(
        '\n',
        [
            string.Create(CultureInfo.InvariantCulture, $"images      {summary.Images} of {summary.Killed} killed processes, {summary.AcknowledgedBatches} acknowledged batches, in {summary.RealSeconds} s"),
            .. summary.Kinds.Select(static kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Kind,-11} {kind.Images}, of which {kind.Refused} were refused by name")),
            $"failures    {summary.Failures.Count}",
            .. summary.Failures,
        ]);
}

internal sealed record KindSummary(string Kind, int Images, int Refused);

internal sealed record CrashSummary(int Images, int Killed, long AcknowledgedBatches, double RealSeconds, IReadOnlyList<KindSummary> Kinds, IReadOnlyList<string> Failures);
