using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Cql.Plans;

/// <summary>[bytes] of the native protocol (v4 §3): a length, −1 for null, and the bytes.</summary>
internal static class Wire
{
    public static void WriteInt32(IBufferWriter<byte> destination, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(sizeof(int)), value);
        destination.Advance(sizeof(int));
    }

    public static void WriteNull(IBufferWriter<byte> destination) => WriteInt32(destination, -1);

    public static void WriteBytes(IBufferWriter<byte> destination, ReadOnlySpan<byte> bytes)
    {
        WriteInt32(destination, bytes.Length);
        destination.Write(bytes);
    }

    /// <summary>A bigint.</summary>
    public static void WriteBigInt(IBufferWriter<byte> destination, long value)
    {
        WriteInt32(destination, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(sizeof(long)), value);
        destination.Advance(sizeof(long));
    }

    /// <summary>An int.</summary>
    public static void WriteInt(IBufferWriter<byte> destination, int value)
    {
        WriteInt32(destination, sizeof(int));
        WriteInt32(destination, value);
    }
}
