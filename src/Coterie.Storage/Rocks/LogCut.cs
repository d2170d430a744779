using System.Globalization;
using System.Text;
using Coterie.Storage.Files;

namespace Coterie.Storage.Rocks;

/// <summary>
/// Makes the logs of a store end where they stop being readable, after the machine went down while commits were not synced. Of what had not been synced the
/// disk may hold any part, in any order: whatever lies behind the first gap goes, so that what is left is what was written up to some moment.
/// </summary>
/// <remarks>
/// RocksDB's own point-in-time recovery stops there too, and is asked to, for gaps that no single log shows. But it opens for ever where what is torn goes on in the
/// next block with something that is no record (<see cref="StoreCheck"/>), so it is given none of that.
/// What was synced lies before the first gap, unless the same bytes went bad meanwhile: that cannot be told apart here.
/// </remarks>
internal static class LogCut
{
    /// <summary>Says what was cut off; empty if nothing was. If it is interrupted it cuts the same the next time.</summary>
    /// <exception cref="IOException">It could not be cut.</exception>
    internal static string Apply(string path)
    {
        var logs = Directory.GetFiles(path, "*.log").OrderBy(NumberOf).ToList();
        for (var i = 0; i < logs.Count; i++)
        {
            if (DamageOf(logs[i]) is not { } damage)
            {
                continue;
            }

            // The later ones first: without them the earlier one is damaged still, and the other way round a gap would be hidden.
            var said = new StringBuilder();
            foreach (var later in logs.Skip(i + 1).Where(static log => new FileInfo(log).Length > 0).Reverse())
            {
                said.Append(CultureInfo.InvariantCulture, $"{later}, which comes after it, is dropped. ");
                Cut(later, 0);
            }

            said.Insert(0, string.Create(CultureInfo.InvariantCulture, $"{logs[i]} is not readable from byte {damage.Offset} and is cut off there. "));
            Cut(logs[i], damage.Offset);
            return said.ToString();
        }

        return "";
    }

    private static LogDamage? DamageOf(string log)
    {
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, LogFormat.BlockBytes);
        return LogDamage.Find(stream);
    }

    private static void Cut(string log, long length)
    {
        using (var stream = new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.Read))
        {
            stream.SetLength(length);
        }

        DurableFile.Sync(log);
    }

    private static long NumberOf(string log) =>
        long.TryParse(Path.GetFileNameWithoutExtension(log), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}
