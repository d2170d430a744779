using System.Buffers.Binary;
using System.IO.Hashing;
using Coterie.Model.Time;

namespace Coterie.Cql.Plans;

/// <summary>
/// The keys of a list's cells, 16 bytes whose unsigned order is the list's: what was prepended (0x40), the latest first; then what was
/// appended or set as a whole (0x80), the earliest first. After that byte: timestamp (8), place within the request (3; of what was prepended
/// counted down), hash of the value (4). All of it follows from the request, so the same request with the same timestamp, sent again, writes the same cells, and
/// different elements that share a timestamp stay apart. See docs/decisions/0002-list-cells.md.
/// </summary>
internal static class ListCells
{
    public const int KeyBytes = 16;

    private const int PlaceMax = 0xFF_FFFF;
    private const byte Prepended = 0x40;
    private const byte Appended = 0x80;

    public static void WriteKey(Span<byte> key, bool prepend, WriteTimestamp timestamp, int place, ReadOnlySpan<byte> value)
    {
        var ordered = (ulong)timestamp.Microseconds ^ (1UL << 63);
        key[0] = prepend ? Prepended : Appended;
        BinaryPrimitives.WriteUInt64BigEndian(key[1..], prepend ? ~ordered : ordered);
        place = prepend ? PlaceMax - place : place;
        key[9] = (byte)(place >> 16);
        key[10] = (byte)(place >> 8);
        key[11] = (byte)place;
        BinaryPrimitives.WriteUInt32BigEndian(key[12..], (uint)XxHash3.HashToUInt64(value));
    }
}
