using System.Buffers.Binary;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>Between milliseconds since the Unix epoch and the types of time. A time-based UUID counts 100 ns since 1582-10-15 (RFC 9562 §5.1).</summary>
internal static class TimeUuids
{
    private const long MillisecondsPerDay = 86_400_000;
    private const long EpochIn100Nanoseconds = 0x01B2_1DD2_1381_4000;
    private const long EpochDay = 1L << 31;

    /// <summary>Writes time and version over the first eight bytes; sets the variant in the ninth.</summary>
    public static void WriteTime(Span<byte> uuid, long milliseconds, long more100Nanoseconds = 0)
    {
        var time = (ulong)unchecked((milliseconds * 10_000) + more100Nanoseconds + EpochIn100Nanoseconds);
        BinaryPrimitives.WriteUInt32BigEndian(uuid, (uint)time);
        BinaryPrimitives.WriteUInt16BigEndian(uuid[4..], (ushort)(time >> 32));
        BinaryPrimitives.WriteUInt16BigEndian(uuid[6..], (ushort)(((time >> 48) & 0x0FFF) | 0x1000));
        uuid[8] = (byte)((uuid[8] & 0x3F) | 0x80);
    }

    /// <summary>
    /// The least or greatest of a millisecond in Cassandra's order, which compares the last eight bytes signed one by one: so 0x80 is the
    /// least byte and 0x7F the greatest.
    /// </summary>
    public static byte[] Bound(long milliseconds, bool max)
    {
        var uuid = new byte[16];
        uuid.AsSpan(8).Fill(max ? (byte)0x7F : (byte)0x80);
        var rest = uuid[8];
        WriteTime(uuid, milliseconds, max ? 9_999 : 0);
        uuid[8] = rest;
        return uuid;
    }

    public static byte[] FromMilliseconds(CqlType type, long milliseconds)
    {
        byte[] bytes;
        if (type.Equals(NativeType.Date))
        {
            bytes = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(Math.DivRem(milliseconds, MillisecondsPerDay, out var rest) - (rest < 0 ? 1 : 0) + EpochDay));
            return bytes;
        }

        bytes = new byte[sizeof(long)];
        var isTime = type.Equals(NativeType.Time);
        var ofDay = ((milliseconds % MillisecondsPerDay) + MillisecondsPerDay) % MillisecondsPerDay;
        BinaryPrimitives.WriteInt64BigEndian(bytes, isTime ? ofDay * 1_000_000 : milliseconds);
        return bytes;
    }

    public static long ToMilliseconds(CqlType type, ReadOnlySpan<byte> value)
    {
        if (type.Equals(NativeType.Date))
        {
            return (BinaryPrimitives.ReadUInt32BigEndian(value) - EpochDay) * MillisecondsPerDay;
        }

        if (!type.Equals(NativeType.TimeUuid))
        {
            return BinaryPrimitives.ReadInt64BigEndian(value);
        }

        var time = ((ulong)(BinaryPrimitives.ReadUInt16BigEndian(value[6..]) & 0x0FFF) << 48)
            | ((ulong)BinaryPrimitives.ReadUInt16BigEndian(value[4..]) << 32)
            | BinaryPrimitives.ReadUInt32BigEndian(value);
        return ((long)time - EpochIn100Nanoseconds) / 10_000;
    }
}
