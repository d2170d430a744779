using System.Buffers.Binary;
using System.Text;

namespace Coterie.Host.Workloads;

/// <summary>Values of CQL types as the wire has them.</summary>
internal static class WireValue
{
    /// <summary>The day of 1970-01-01 in a <c>date</c>.</summary>
    private const uint EpochDay = 1u << 31;

    public static byte[] Int(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Bigint(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Date(int daysSinceEpoch) => Int(unchecked((int)(EpochDay + (uint)daysSinceEpoch)));

    public static byte[] Text(string value) => Encoding.UTF8.GetBytes(value);

    /// <summary>A set, or a list, of one element.</summary>
    public static byte[] SetOf(byte[] element) => [.. Int(1), .. Int(element.Length), .. element];

    public static int ReadInt(ReadOnlyMemory<byte>? value) => BinaryPrimitives.ReadInt32BigEndian(value!.Value.Span);

    public static long ReadBigint(ReadOnlyMemory<byte>? value) => BinaryPrimitives.ReadInt64BigEndian(value!.Value.Span);

    public static string ReadText(ReadOnlyMemory<byte>? value) => value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";
}
