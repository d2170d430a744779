namespace Coterie.Storage.Rocks;

/// <summary>
/// Where a log stops being readable, and whether what cannot be read had been synced.
/// </summary>
/// <remarks>
/// RocksDB takes a record whose length points behind the end of the file for one that was being written when the process died, and drops
/// it with everything behind it. One flipped bit in a length of the last 32 KiB does the same, so acknowledged writes would be gone without a
/// word (measured: 123 of 1,000). What tells the two apart is that this store has one writer that begins a batch only after the one before
/// it has been synced: an intact beginning of a record behind the damage proves that the damaged bytes were on the disk once.
/// </remarks>
/// <param name="Offset">The first byte that is not part of an intact record.</param>
/// <param name="WasSynced">True: an intact record begins behind it. False: it is the tail, which may never have been acknowledged.</param>
internal readonly record struct LogDamage(long Offset, bool WasSynced)
{
    /// <summary>Reads a log from its beginning. Null if every byte belongs to an intact record.</summary>
    internal static LogDamage? Find(Stream log)
    {
        var buffer = new byte[LogFormat.BlockBytes];
        long? damage = null;
        for (long start = 0; ; start += LogFormat.BlockBytes)
        {
            var block = buffer.AsSpan(0, log.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
            var from = 0;
            if (damage is null && FirstDamage(block) is { } offset)
            {
                damage = start + offset;
                from = offset + 1;
            }

            if (damage is not null && HasStart(block[from..]))
            {
                return new LogDamage(damage.Value, WasSynced: true);
            }

            if (block.Length < LogFormat.BlockBytes)
            {
                return damage is null ? null : new LogDamage(damage.Value, WasSynced: false);
            }
        }
    }

    private static int? FirstDamage(ReadOnlySpan<byte> block)
    {
        var position = 0;

        // Fewer bytes than a header at the end of a whole block are padding.
        while (position < block.Length && (block.Length < LogFormat.BlockBytes || position <= LogFormat.BlockBytes - LogFormat.HeaderBytes))
        {
            var length = LogFormat.RecordLength(block[position..]);
            if (length == 0)
            {
                return position;
            }

            position += length;
        }

        return null;
    }

    private static bool HasStart(ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= LogFormat.HeaderBytes)
        {
            if (LogFormat.IsStart(rest))
            {
                return true;
            }

            rest = rest[1..];
        }

        return false;
    }
}
