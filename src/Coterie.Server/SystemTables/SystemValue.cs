using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Coterie.Server.SystemTables;

/// <summary>Values of system tables in their wire form (native protocol v4 §6).</summary>
internal static class SystemValue
{
    public static byte[] Text(string value) => Encoding.UTF8.GetBytes(value);

    public static byte[] Boolean(bool value) => [value ? (byte)1 : (byte)0];

    public static byte[] Int(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Double(double value)
    {
        var bytes = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Uuid(Guid value) => value.ToByteArray(bigEndian: true);

    public static byte[] Inet(IPAddress value) => (value.IsIPv4MappedToIPv6 ? value.MapToIPv4() : value).GetAddressBytes();

    /// <summary>A set of texts, in the order of their bytes and without duplicates, as sets are stored.</summary>
    public static byte[] Set(IEnumerable<string> values) => Collection(new SortedSet<string>(values, StringComparer.Ordinal).Select(Text).ToList(), 1);

    /// <summary>A map of texts to texts, in the order of its keys.</summary>
    public static byte[] Map(IEnumerable<KeyValuePair<string, string>> values) =>
        Collection(values.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => new[] { Text(p.Key), Text(p.Value) }).ToList(), 2);

    private static byte[] Collection(List<byte[]> parts, int partsEach)
    {
        var bytes = new byte[sizeof(int) + parts.Sum(p => sizeof(int) + p.Length)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, parts.Count / partsEach);
        var at = sizeof(int);
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), part.Length);
            part.CopyTo(bytes, at + sizeof(int));
            at += sizeof(int) + part.Length;
        }

        return bytes;
    }
}
