using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Coterie.Cql.Plans;
using Coterie.Model.Types;

namespace Coterie.Cql.Tests.Support;

/// <summary>Between values and text, for tests that are tables.</summary>
internal static class Values
{
    public static string Show(CqlType type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case ListType list:
                return $"[{Join(value, 1, (_, v) => Show(list.Element, v))}]";
            case SetType set:
                return $"{{{Join(value, 1, (_, v) => Show(set.Element, v))}}}";
            case MapType map:
                return $"{{{Join(value, 2, (i, v) => Show(i % 2 == 0 ? map.Key : map.Value, v))}}}";
        }

        return (type.CqlName, value.Length) switch
        {
            ("text" or "ascii", _) => Encoding.UTF8.GetString(value),
            ("int", 4) => BinaryPrimitives.ReadInt32BigEndian(value).ToString(CultureInfo.InvariantCulture),
            ("bigint" or "timestamp", 8) => BinaryPrimitives.ReadInt64BigEndian(value).ToString(CultureInfo.InvariantCulture),
            ("boolean", 1) => value[0] == 0 ? "false" : "true",
            _ => "0x" + Convert.ToHexStringLower(value),
        };
    }

    public static BoundValues Bind(params object?[] values)
    {
        var bound = new BoundValues();
        foreach (var value in values)
        {
            switch (value)
            {
                case null:
                    bound.AddNull();
                    break;
                case Unset:
                    bound.AddUnset();
                    break;
                default:
                    bound.Add(Bytes(value));
                    break;
            }
        }

        return bound;
    }

    public static byte[] Bytes(object value) => value switch
    {
        int number => Int(number),
        long number => BigInt(number),
        string text => Encoding.UTF8.GetBytes(text),
        byte[] bytes => bytes,
        int[] numbers => Collection([.. numbers.Select(Int)]),
        string[] texts => Collection([.. texts.Select(Encoding.UTF8.GetBytes)]),
        _ => throw new ArgumentException("no bytes for " + value.GetType().Name, nameof(value)),
    };

    public static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] BigInt(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Collection(byte[][] elements) => [.. Int(elements.Length), .. elements.SelectMany(e => (byte[])[.. Int(e.Length), .. e])];

    private delegate string ShowPart(int index, ReadOnlySpan<byte> value);

    private static string Join(ReadOnlySpan<byte> value, int width, ShowPart show)
    {
        var reader = new CollectionReader(value, width);
        var shown = new List<string>();
        for (var i = 0; reader.MoveNext(); i++)
        {
            var part = show(i, reader.Current);
            if (i % width == 1)
            {
                shown[^1] += ":" + part;
            }
            else
            {
                shown.Add(part);
            }
        }

        return string.Join(",", shown);
    }
}

/// <summary>A value that the client did not set.</summary>
internal sealed record Unset
{
    public static Unset Value { get; } = new();
}
