using System.Buffers.Binary;
using Coterie.Model.Time;

namespace Coterie.Model.Rows;

/// <summary>
/// The keys of a list's cells, 16 bytes whose unsigned order is the list's: what was prepended, the latest first; then what was appended or set as a whole, the
/// earliest first. After the first byte: timestamp (8), place within the request (3; of what was prepended counted down), hash of the value (4). See
/// docs/decisions/0002-list-cells.md.
/// </summary>
/// <remarks>
/// A leader gives a write its timestamp, and with it its new elements their place: it marks those keys as placed. What names an element that was there before
/// names a placed key, and is left as it is.
/// </remarks>
public static class ListElementKey
{
    public const int Bytes = 16;

    private const int TimestampAt = 1;
    private const byte Prepended = 0x40;
    private const byte PrependedByLeader = 0x41;
    private const byte Appended = 0x80;
    private const byte AppendedByLeader = 0x81;
    private const int PlaceMax = 0xFF_FFFF;

    /// <param name="place">Within the request.</param>
    /// <param name="hash">Of the value.</param>
    public static void Write(Span<byte> key, bool prepend, WriteTimestamp timestamp, int place, uint hash)
    {
        key[0] = prepend ? Prepended : Appended;
        WriteTimestamp(key, prepend, timestamp);
        place = prepend ? PlaceMax - place : place;
        key[9] = (byte)(place >> 16);
        key[10] = (byte)(place >> 8);
        key[11] = (byte)place;
        BinaryPrimitives.WriteUInt32BigEndian(key[12..], hash);
    }

    /// <summary>Whether it names a new element, to which no leader has given a place.</summary>
    public static bool IsNew(ReadOnlySpan<byte> key) => key.Length == Bytes && key[0] is Prepended or Appended;

    /// <summary>Whether it names an element that is appended, and that no leader has given a place.</summary>
    public static bool IsNewlyAppended(ReadOnlySpan<byte> key) => key.Length == Bytes && key[0] == Appended;

    /// <summary>The key of a new element, moved to where its leader puts it.</summary>
    /// <param name="key">Of a new element (<see cref="IsNew"/>).</param>
    /// <param name="microseconds">By which the write's timestamp is moved.</param>
    /// <param name="placed">Of 16 bytes.</param>
    public static void Place(ReadOnlySpan<byte> key, long microseconds, Span<byte> placed)
    {
        var prepend = key[0] == Prepended;
        var ordered = BinaryPrimitives.ReadUInt64BigEndian(key[TimestampAt..]);
        var timestamp = (long)((prepend ? ~ordered : ordered) ^ (1UL << 63));
        key.CopyTo(placed);
        placed[0] = prepend ? PrependedByLeader : AppendedByLeader;
        WriteTimestamp(placed, prepend, new WriteTimestamp(checked(timestamp + microseconds)));
    }

    private static void WriteTimestamp(Span<byte> key, bool prepend, WriteTimestamp timestamp)
    {
        var ordered = (ulong)timestamp.Microseconds ^ (1UL << 63);
        BinaryPrimitives.WriteUInt64BigEndian(key[TimestampAt..], prepend ? ~ordered : ordered);
    }
}
