using System.Diagnostics;
using System.Globalization;

namespace Coterie.Campaigns.CrashImages;

/// <summary>What a killed writer left on the disk, and what it had said before: the original of many images.</summary>
internal sealed class KilledStore(string directory, int seed, IReadOnlyList<Acknowledgement> acknowledged, bool isSealed)
{
    private const int BatchesMin = 20;
    private const int BatchesMax = 600;

    private static readonly TimeSpan WriterLimit = TimeSpan.FromMinutes(2);

    public string Directory { get; } = directory;

    public string Store { get; } = CrashWriter.Options(directory).Path;

    public CrashModel Model { get; } = new(seed);

    /// <summary>In order; never empty.</summary>
    public IReadOnlyList<Acknowledgement> Acknowledged { get; } = acknowledged;

    /// <summary>It had stopped writing and said that the last batch was sealed; otherwise it was killed while it wrote.</summary>
    public bool IsSealed { get; } = isSealed;

    /// <summary>Starts a writer in the directory and kills it (SIGKILL), at a random moment or once it has sealed what it wrote.</summary>
    /// <exception cref="InvalidOperationException">The writer ended by itself, or said nothing.</exception>
    public static async Task<KilledStore> MakeAsync(string directory, int seed, bool isSealed, Random random)
    {
        System.IO.Directory.CreateDirectory(directory);
        var batches = random.Next(BatchesMin, BatchesMax);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "exec", typeof(KilledStore).Assembly.Location, CrashWriter.Argument, directory, seed.ToString(CultureInfo.InvariantCulture),
            (isSealed ? batches : int.MaxValue).ToString(CultureInfo.InvariantCulture),
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("the writer did not start");
        using var limit = new CancellationTokenSource(WriterLimit);
        var acknowledged = new List<Acknowledgement>();
        try
        {
            while (acknowledged.Count < batches && await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                acknowledged.Add(Acknowledgement.Parse(line));
            }

            if (isSealed && await process.StandardOutput.ReadLineAsync(limit.Token) != CrashWriter.Sealed)
            {
                throw new InvalidOperationException($"the writer did not seal its last batch: {await process.StandardError.ReadToEndAsync(limit.Token)}");
            }
        }
        finally
        {
            process.Kill();
        }

        // What it had said and nobody had read was acknowledged too; a line without its end was not said.
        var rest = await process.StandardOutput.ReadToEndAsync(limit.Token);
        acknowledged.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Acknowledgement.Parse));
        await process.WaitForExitAsync(limit.Token);
        return acknowledged.Count >= BatchesMin
            ? new KilledStore(directory, seed, acknowledged, isSealed)
            : throw new InvalidOperationException($"the writer ended by itself: {await process.StandardError.ReadToEndAsync(limit.Token)}");
    }
}

/// <summary>A batch that was acknowledged, and the log as it was then.</summary>
internal sealed record Acknowledgement(int Number, string Log, long LogBytes)
{
    public static Acknowledgement Parse(string line)
    {
        var words = line.Split(' ');
        return new Acknowledgement(int.Parse(words[0], CultureInfo.InvariantCulture), words[1], long.Parse(words[2], CultureInfo.InvariantCulture));
    }
}
