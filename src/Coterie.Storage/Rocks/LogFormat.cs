using System.Buffers.Binary;
using System.Numerics;

namespace Coterie.Storage.Rocks;

/// <summary>
/// The record format that RocksDB's write-ahead log and manifest share: blocks of 32 KiB; in them records of checksum (4 bytes), length (2),
/// type (1) and payload; a record that does not fit is cut into first, middle and last fragments.
/// </summary>
/// <remarks>
/// RocksDB wiki, "Write Ahead Log File Format"; the types are those of <c>db/log_format.h</c>; the checksum is CRC-32C of type and payload, masked as in
/// <c>util/crc32c.h</c>.
/// </remarks>
internal static class LogFormat
{
    internal const int BlockBytes = 32 * 1024;
    internal const int HeaderBytes = 7;

    private const byte Full = 1;
    private const byte First = 2;

    /// <summary>The bytes of the intact record at the front, header included. 0 if there is none: damage, or the end of what was written.</summary>
    /// <param name="rest">From the record to the end of its block, or of the file.</param>
    internal static int RecordLength(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < HeaderBytes)
        {
            return 0;
        }

        var end = HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
        return rest[6] != 0 && end <= rest.Length && BinaryPrimitives.ReadUInt32LittleEndian(rest) == Checksum(rest[6..end]) ? end : 0;
    }

    /// <summary>Whether an intact record that begins a new batch is at the front.</summary>
    internal static bool IsStart(ReadOnlySpan<byte> rest) => rest.Length >= HeaderBytes && rest[6] is Full or First && RecordLength(rest) != 0;

    /// <summary>
    /// Whether what is at the front says of itself that it is a record of a log that was used again, sound or not. This store uses no log again
    /// (<c>recycle_log_file_num</c> 0), so it is damage.
    /// </summary>
    internal static bool IsOfRecycledLog(ReadOnlySpan<byte> rest) => rest.Length >= HeaderBytes && rest[6] is (>= 5 and <= 8) or 11 or 131;

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282_EAD8u;
    }
}
