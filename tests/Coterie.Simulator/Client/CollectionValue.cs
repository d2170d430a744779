using System.Text;

namespace Coterie.Simulator.Client;

/// <summary>Takes collections apart, as the native protocol has them (v4 §6.11 to 6.13): a count, then elements.</summary>
internal static class CollectionValue
{
    public static List<string> Texts(byte[]? value)
    {
        var texts = new List<string>();
        if (value is not null)
        {
            var cursor = new BodyCursor(value);
            for (var count = cursor.Int(); count > 0; count--)
            {
                texts.Add(Encoding.UTF8.GetString(cursor.Bytes()!));
            }
        }

        return texts;
    }

    public static Dictionary<int, string> IntsToTexts(byte[]? value)
    {
        var entries = new Dictionary<int, string>();
        if (value is not null)
        {
            var cursor = new BodyCursor(value);
            for (var count = cursor.Int(); count > 0; count--)
            {
                var key = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(cursor.Bytes());
                entries.Add(key, Encoding.UTF8.GetString(cursor.Bytes()!));
            }
        }

        return entries;
    }
}
