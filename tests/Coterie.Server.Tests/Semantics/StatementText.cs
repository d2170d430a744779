namespace Coterie.Server.Tests.Semantics;

/// <summary>A statement being put together: each value is written out or bound, by chance.</summary>
internal sealed class StatementText(Random random)
{
    private readonly System.Text.StringBuilder _text = new();

    /// <summary>Stands for a value that is not set.</summary>
    public static byte[] Unset { get; } = [0xFF];

    public List<byte[]?> Values { get; } = [];

    public string Text => _text.ToString();

    public StatementText Add(string text)
    {
        _text.Append(text);
        return this;
    }

    public StatementText Add(Shape shape, byte[]? value)
    {
        if (ReferenceEquals(value, Unset) || random.Next(2) == 0)
        {
            Values.Add(value);
            return Add("?");
        }

        return Add(value is null ? "null" : ModelValues.Literal(shape, value));
    }

    public StatementText AddInt(int value) => Add(Shape.Int, ModelValues.Int(value));

    public StatementText AddLong(long value)
    {
        if (random.Next(2) == 0)
        {
            return Add(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        var bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        Values.Add(bytes);
        return Add("?");
    }

    public StatementText AddList(string separator, IEnumerable<Action> parts)
    {
        var first = true;
        foreach (var part in parts)
        {
            if (!first)
            {
                Add(separator);
            }

            first = false;
            part();
        }

        return this;
    }
}
