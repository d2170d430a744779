using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Coterie.Storage.Rocks;

namespace Coterie.Campaigns.CrashImages;

/// <summary>
/// Kills real writers, makes many images of what each left, opens every one and checks it: every acknowledged batch is there, whole, and nothing half, or
/// the store is refused and the damaged file is named. Never silently less.
/// </summary>
/// <param name="options">How many images, and from which seed on.</param>
/// <param name="output">Who is told the summary.</param>
/// <param name="progress">Who is told how far it is.</param>
/// <param name="scrub">Reads an open store again whole, and throws if it finds it damaged; null: the store's own.</param>
/// <param name="place">Where images are made, and those that are wrong are left; null: a new directory.</param>
internal sealed class CrashCampaign(CampaignOptions options, TextWriter output, TextWriter progress, Action<RocksEngine>? scrub = null, string? place = null)
{
    private const int ImagesOfOne = 50;

    /// <summary>A file system in memory, where there is one.</summary>
    private const string Memory = "/dev/shm";

    /// <summary>Faster than any disk.</summary>
    private const long ScrubBytesPerSecond = 1L << 40;

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
        var root = place ?? MakeRoot();
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

    /// <summary>
    /// What a killed process has written is there, synced or not, on any file system: only power takes what was not synced, and that is what the images are
    /// made for. So it need not be a disk, and nobody waits for one.
    /// </summary>
    private static string MakeRoot()
    {
        if (Environment.GetEnvironmentVariable("TMPDIR") is not null || !Directory.Exists(Memory))
        {
            return Directory.CreateTempSubdirectory("coterie-crash-").FullName;
        }

        return Directory.CreateDirectory(Path.Combine(Memory, $"coterie-crash-{Environment.ProcessId}-{Guid.NewGuid():n}")).FullName;
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
            var where = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"image-{number}-{image}"));
            var result = await new CrashImage(original, where, scrub ?? Scrub).CheckAsync(KindOf(original, image, random), random);
            lock (_gate)
            {
                _results.Add(result);
                if (result.Wrong is { } wrong)
                {
                    _failures.Add($"{result.Kind}, {result.Change}: {wrong} (kept in {where}, made from {directory})");
                }
            }

            kept |= result.Wrong is not null;
            if (result.Wrong is null)
            {
                Directory.Delete(where, recursive: true);
            }
        }

        if (!kept)
        {
            Directory.Delete(directory, recursive: true);
        }

        Report();
    }

    private static void Scrub(RocksEngine engine) => engine.Scrub(ScrubBytesPerSecond, CancellationToken.None);

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
