using System.Diagnostics;
using System.Runtime.InteropServices;
using Coterie.Model.Rows;
using Coterie.Storage;
using Coterie.Storage.Rocks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Campaigns.CrashImages;

/// <summary>How an image differs from what the killed process left.</summary>
internal enum ImageKind : byte
{
    /// <summary>Not at all.</summary>
    Killed,

    /// <summary>The log ends somewhere behind what had been synced when a batch was acknowledged: power was lost just after that.</summary>
    CutOff,

    /// <summary>The same, and in place of what is lost there is something else.</summary>
    Torn,

    /// <summary>One byte of one file is another.</summary>
    Flipped,
}

/// <param name="Refusal">Why it was refused; null: it was opened and read.</param>
/// <param name="Wrong">What is wrong, or null.</param>
internal sealed record ImageResult(ImageKind Kind, string Change, string? Refusal, string? Wrong);

/// <summary>One image: a copy of a killed store, in which table files, which never change, are hard links; changed, opened and checked.</summary>
/// <param name="original">What it is made of.</param>
/// <param name="directory">Where.</param>
/// <param name="scrub">Reads an open store again whole, and throws if it finds it damaged.</param>
internal sealed partial class CrashImage(KilledStore original, string directory, Action<RocksEngine> scrub)
{
    private readonly string _store = CrashWriter.Options(directory).Path;

    public async Task<ImageResult> CheckAsync(ImageKind kind, Random random)
    {
        CopyOriginal();
        var (change, file, acknowledged) = kind switch
        {
            ImageKind.Killed => ("nothing", "", original.Acknowledged[^1].Number),
            ImageKind.CutOff => Cut(random, tear: false),
            ImageKind.Torn => Cut(random, tear: true),
            ImageKind.Flipped => Flip(random),
            _ => throw new UnreachableException(),
        };
        try
        {
            await using var engine = RocksEngine.Open(CrashWriter.Options(directory), RowMerge.Merge, NullLogger<RocksEngine>.Instance);
            return new ImageResult(kind, change, null, CheckOpen(engine, acknowledged));
        }
        catch (StorageCorruptException refusal)
        {
            return new ImageResult(kind, change, refusal.Message, kind is ImageKind.Killed or ImageKind.CutOff
                ? $"refused, though nothing is damaged: {refusal.Message}"
                : IsNamed(refusal.Message, file) ? null : $"the refusal names no file: {refusal.Message}");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new ImageResult(kind, change, null, $"neither opened nor refused as damaged: {exception}");
        }
    }

    /// <summary>Reads it whole. What a read meets the scrub must meet too, so that it is met before it is read.</summary>
    /// <returns>What is wrong, or null.</returns>
    /// <exception cref="StorageCorruptException">The store refuses to read something, and the scrub says so.</exception>
    private string? CheckOpen(RocksEngine engine, int acknowledged)
    {
        try
        {
            return original.Model.Check(engine, acknowledged);
        }
        catch (StorageCorruptException met)
        {
            scrub(engine);
            return $"the scrub says nothing of what a read has met: {met.Message}";
        }
    }

    /// <summary>The file that was changed, or one that depends on it (of a manifest, the table that it is about).</summary>
    private static bool IsNamed(string message, string file) =>
        message.Contains(file, StringComparison.Ordinal) || message.Contains(".sst", StringComparison.Ordinal) || message.Contains("MANIFEST", StringComparison.Ordinal)
        || message.Contains("CURRENT", StringComparison.Ordinal) || message.Contains(".log", StringComparison.Ordinal);

    private void CopyOriginal()
    {
        Directory.CreateDirectory(_store);
        foreach (var file in Directory.EnumerateFiles(original.Store))
        {
            var name = Path.GetFileName(file);
            if (name.EndsWith(".sst", StringComparison.Ordinal))
            {
                Link(file, Path.Combine(_store, name));
            }
            else if (name is not ("LOCK" or "LOG"))
            {
                File.Copy(file, Path.Combine(_store, name));
            }
        }
    }

    private (string Change, string File, int Acknowledged) Cut(Random random, bool tear)
    {
        var newest = Directory.EnumerateFiles(_store, "*.log").Max(StringComparer.Ordinal)!;
        var name = Path.GetFileName(newest);

        // Of the batches that were acknowledged into this log any may be taken for the last; if there is none, the whole log may go.
        var inLog = original.Acknowledged.Where(one => one.Log == name).ToList();
        var last = inLog.Count == 0 ? null : inLog[random.Next(inLog.Count)];
        var acknowledged = last?.Number ?? original.Acknowledged[^1].Number;
        using var log = File.Open(newest, FileMode.Open);
        var synced = Math.Min(last?.LogBytes ?? 0, log.Length);
        var (end, lost) = (random.NextInt64(synced, log.Length + 1), log.Length);
        log.SetLength(end);
        if (tear)
        {
            // Zeros, as of pages that were allocated and not written, or whatever was on the disk there.
            var other = new byte[Math.Min(lost - end, random.Next(1, 8 * 1024))];
            if (random.Next(2) == 0)
            {
                random.NextBytes(other);
            }

            log.Position = end;
            log.Write(other);
        }

        return ($"{name} ends at byte {end} of {lost}{(tear ? ", then something else" : "")}", name, acknowledged);
    }

    private (string Change, string File, int Acknowledged) Flip(Random random)
    {
        // A kind of file first, so that the many table files do not crowd out the others.
        var kinds = Directory.EnumerateFiles(_store).Where(static file => new FileInfo(file).Length > 0).GroupBy(KindOf).OrderBy(static kind => kind.Key, StringComparer.Ordinal).ToList();
        var files = kinds[random.Next(kinds.Count)].Order(StringComparer.Ordinal).ToList();
        var file = files[random.Next(files.Count)];
        var bytes = File.ReadAllBytes(file);
        var at = random.Next(bytes.Length);
        bytes[at] ^= (byte)(1 << random.Next(8));

        // A link leads to the original, which must stay as it is.
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
        return ($"{Path.GetFileName(file)} has another byte at {at} of {bytes.Length}", Path.GetFileName(file), original.Acknowledged[^1].Number);
    }

    private static string KindOf(string file) => Path.GetExtension(file) is { Length: > 0 } extension ? extension : Path.GetFileName(file).Split('-')[0];

    private static void Link(string file, string name)
    {
        if (NativeLink(file, name) != 0)
        {
            throw new IOException($"{name} cannot be linked to {file}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeLink(string file, string name);
}
