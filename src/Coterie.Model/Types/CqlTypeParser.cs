namespace Coterie.Model.Types;

/// <summary>
/// Reads the names of types as CQL and <c>system_schema</c> write them: <c>frozen&lt;map&lt;text, list&lt;int&gt;&gt;&gt;</c>. What is
/// inside a frozen type is frozen, written or not. Depth is bounded by <see cref="Limits.NestingMax"/>.
/// </summary>
public ref struct CqlTypeParser
{
    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private CqlTypeParser(ReadOnlySpan<char> text) => _text = text;

    /// <exception cref="MalformedDataException">Not the name of a type that there is; the message is fit for a client.</exception>
    public static CqlType Parse(ReadOnlySpan<char> name)
    {
        var parser = new CqlTypeParser(name);
        var type = parser.Type(0, inFrozen: false);
        parser.SkipSpace();
        return parser._at == name.Length ? type : throw parser.Malformed("has something after its end");
    }

    /// <summary>The native type of this name, in any case of letters; null if there is none.</summary>
    public static NativeType? FindNative(ReadOnlySpan<char> name)
    {
        foreach (var type in NativeType.All)
        {
            if (name.Equals(type.CqlName, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        return name.Equals("varchar", StringComparison.OrdinalIgnoreCase) ? NativeType.Text : null;
    }

    private CqlType Type(int depth, bool inFrozen)
    {
        if (depth > Limits.NestingMax)
        {
            throw Malformed($"is nested deeper than {Limits.NestingMax}");
        }

        var word = Word();
        if (FindNative(word) is { } native)
        {
            return native;
        }

        if (word.Equals("frozen", StringComparison.OrdinalIgnoreCase))
        {
            Expect('<');
            var frozen = Type(depth + 1, inFrozen: true);
            Expect('>');
            return frozen is CollectionType ? frozen : throw Malformed($"freezes {frozen.CqlName}, which is not a collection");
        }

        return Collection(word, depth, inFrozen);
    }

    private CqlType Collection(ReadOnlySpan<char> word, int depth, bool frozen)
    {
        if (word.Equals("list", StringComparison.OrdinalIgnoreCase))
        {
            return new ListType(OneElement(depth, frozen), frozen);
        }

        if (word.Equals("set", StringComparison.OrdinalIgnoreCase))
        {
            return new SetType(OneElement(depth, frozen), frozen);
        }

        if (!word.Equals("map", StringComparison.OrdinalIgnoreCase))
        {
            throw Malformed(word.IsEmpty ? "has no name where one is needed" : $"is unknown or not supported: {Quoted.Of(word)}");
        }

        Expect('<');
        var key = Element(depth, frozen);
        Expect(',');
        var value = Element(depth, frozen);
        Expect('>');
        return new MapType(key, value, frozen);
    }

    private CqlType OneElement(int depth, bool frozen)
    {
        Expect('<');
        var element = Element(depth, frozen);
        Expect('>');
        return element;
    }

    private CqlType Element(int depth, bool frozen)
    {
        var element = Type(depth + 1, frozen);
        return element.IsMultiCell ? throw Malformed($"has {element.CqlName} inside a collection, which must be frozen") : element;
    }

    private ReadOnlySpan<char> Word()
    {
        SkipSpace();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private void Expect(char wanted)
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] != wanted)
        {
            throw Malformed($"lacks '{wanted}' at {_at}");
        }

        _at++;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }
    }

    private readonly MalformedDataException Malformed(string why) => new($"The type {Quoted.Of(_text)} {why}.");
}
