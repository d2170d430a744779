using System.Text;

namespace Coterie.Storage.Rocks;

/// <summary>
/// Looks at a closed store before RocksDB does, for the damage that RocksDB would pass over in silence, and to be able to name file and place.
/// Changes nothing.
/// </summary>
internal static class StoreCheck
{
    private const string Current = "CURRENT";
    private const string Manifest = "MANIFEST-";

    /// <summary>
    /// True if there is a store in the directory, false if one may be made. <paramref name="tail"/> describes unreadable tails of logs: left by a
    /// crash in the middle of a write, or damage to the last record, which nothing can tell apart. Empty if there are none.
    /// </summary>
    /// <exception cref="StorageCorruptException">Bytes that had been synced are damaged or files are missing.</exception>
    internal static bool Exists(string path, out string tail)
    {
        tail = "";
        var logs = Directory.GetFiles(path, "*.log").Order(StringComparer.Ordinal).ToList();
        var current = Path.Combine(path, Current);
        if (!File.Exists(current))
        {
            // RocksDB would make a new, empty store over the files of the old one.
            return Directory.EnumerateFiles(path, "*.sst").Concat(logs.Where(log => new FileInfo(log).Length > 0)).FirstOrDefault() is { } orphan
                ? throw new StorageCorruptException($"{current} is missing, but there is {orphan}: the store is damaged and stays closed.")
                : false;
        }

        var tails = new StringBuilder();
        CheckLog(ManifestNamedBy(current), tails);
        foreach (var log in logs)
        {
            CheckLog(log, tails);
        }

        tail = tails.ToString();
        return true;
    }

    private static string ManifestNamedBy(string current)
    {
        var name = File.ReadAllText(current);
        var manifest = Path.Combine(Path.GetDirectoryName(current)!, name.TrimEnd('\n'));
        return name.StartsWith(Manifest, StringComparison.Ordinal) && name.EndsWith('\n') && File.Exists(manifest)
            ? manifest
            : throw new StorageCorruptException($"{current} is damaged: it does not name a manifest that exists.");
    }

    private static void CheckLog(string file, StringBuilder tails)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, LogFormat.BlockBytes);
        if (LogDamage.Find(stream) is not { } damage)
        {
            return;
        }

        // RocksDB passes over the end of a manifest that it cannot read, and with it over families of the log and what was written to them.
        if (Path.GetFileName(file).StartsWith(Manifest, StringComparison.Ordinal))
        {
            throw new StorageCorruptException($"{file} is not readable from byte {damage.Offset}. The store stays closed.");
        }

        if (damage.WasSynced)
        {
            throw new StorageCorruptException(
                $"{file} is damaged at byte {damage.Offset}: intact records follow, so synced data is lost there. The store stays closed.");
        }

        // Where a write was cut short its block is the last. RocksDB's reader may find no end if there is more: it would open for ever.
        if (damage.Offset / LogFormat.BlockBytes < (stream.Length - 1) / LogFormat.BlockBytes)
        {
            throw new StorageCorruptException(
                $"{file} is not readable from byte {damage.Offset} to its end at {stream.Length}, which is more than a write that was cut short leaves. The store stays closed.");
        }

        // Nor does the reader pass over the beginning of a record of a recycled log in a log that is none: one flipped bit of a type makes one.
        if (LogFormat.IsOfRecycledLog(HeaderAt(stream, damage.Offset)))
        {
            throw new StorageCorruptException(
                $"{file} is not readable from byte {damage.Offset}: what is there says that it is a record of a recycled log, and this store recycles none. The store stays closed.");
        }

        tails.Append(System.Globalization.CultureInfo.InvariantCulture, $"{file} is not readable from byte {damage.Offset} to its end. ");
    }

    private static ReadOnlySpan<byte> HeaderAt(FileStream log, long offset)
    {
        var header = new byte[LogFormat.HeaderBytes];
        log.Position = offset;
        return header.AsSpan(0, log.ReadAtLeast(header, header.Length, throwOnEndOfStream: false));
    }
}
