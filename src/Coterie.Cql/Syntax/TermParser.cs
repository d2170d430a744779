using System.Collections.Immutable;

namespace Coterie.Cql.Syntax;

/// <summary>Values and types.</summary>
internal sealed class TermParser(Cursor cursor)
{
    /// <summary>A term that ends there: arithmetic after it is refused by name.</summary>
    public Term ParseValue()
    {
        var term = ParseTerm();
        RefuseArithmetic();
        return term;
    }

    public void RefuseArithmetic()
    {
        foreach (var symbol in (ReadOnlySpan<string>)["+", "-", "*", "/", "%"])
        {
            if (cursor.IsSymbol(symbol))
            {
                throw new CqlInvalidException($"arithmetic operators ('{symbol}') are not supported");
            }
        }
    }

    public Term ParseTerm()
    {
        cursor.Enter();
        var term = ParseTermInside();
        cursor.Leave();
        return term;
    }

    /// <summary>A marker, an integer: what LIMIT, TTL and TIMESTAMP take.</summary>
    public Term ParseIntegerOrMarker(string what)
    {
        var current = cursor.Current;
        return current.Kind == LexemeKind.Integer || current.IsSymbol("-") || current.IsSymbol("?") || current.IsSymbol(":")
            ? ParseTerm()
            : throw cursor.Unexpected($"integer or bind marker for {what} expected");
    }

    public ImmutableArray<Term> ParseList(string end)
    {
        var items = ImmutableArray.CreateBuilder<Term>();
        if (cursor.TryTakeSymbol(end))
        {
            return [];
        }

        do
        {
            items.Add(ParseValue());
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectSymbol(end);
        return items.DrainToImmutable();
    }

    public TypeSyntax ParseType()
    {
        cursor.Enter();
        if (cursor.Current.Kind == LexemeKind.String)
        {
            throw new CqlInvalidException($"custom types ('{cursor.Current.Text}') are not supported");
        }

        // SET is reserved, and the name of a type.
        var name = cursor.IsKeyword("set") ? cursor.Take().Text : cursor.TakeName("type");
        if (cursor.TryTakeSymbol("."))
        {
            throw new CqlInvalidException($"user-defined types ({name}.{cursor.TakeName("type")}) are not supported");
        }

        var parameters = ImmutableArray<TypeSyntax>.Empty;
        if (cursor.TryTakeSymbol("<"))
        {
            var list = ImmutableArray.CreateBuilder<TypeSyntax>();
            do
            {
                list.Add(ParseType());
            }
            while (cursor.TryTakeSymbol(","));
            cursor.ExpectSymbol(">");
            parameters = list.DrainToImmutable();
        }

        cursor.Leave();
        return new TypeSyntax(name, parameters);
    }

    private Term ParseTermInside()
    {
        var current = cursor.Current;
        switch (current.Kind)
        {
            case LexemeKind.Integer:
                return new LiteralTerm(LiteralKind.Integer, cursor.Take().Text);
            case LexemeKind.Float:
                return new LiteralTerm(LiteralKind.Float, cursor.Take().Text);
            case LexemeKind.String:
                return new LiteralTerm(LiteralKind.String, cursor.Take().Text);
            case LexemeKind.Uuid:
                return new LiteralTerm(LiteralKind.Uuid, cursor.Take().Text);
            case LexemeKind.Hex:
                return new LiteralTerm(LiteralKind.Hex, cursor.Take().Text);
            case LexemeKind.Duration:
                return new LiteralTerm(LiteralKind.Duration, cursor.Take().Text);
            case LexemeKind.Identifier:
                return ParseWord();
            case LexemeKind.Symbol:
                return ParseSymbol(current);
            default:
                throw cursor.Unexpected("value expected");
        }
    }

    private Term ParseWord()
    {
        var word = cursor.Current.Text;
        var isCall = cursor.Peek(1).IsSymbol("(");
        if (!isCall && cursor.Peek(1).IsSymbol("."))
        {
            return ParseQualifiedFunction();
        }

        switch (word)
        {
            case "null":
                cursor.Take();
                return NullTerm.Instance;
            case "true" or "false":
                return new LiteralTerm(LiteralKind.Boolean, cursor.Take().Text);
            case "nan":
                cursor.Take();
                return new LiteralTerm(LiteralKind.Float, "NaN");
            case "infinity":
                cursor.Take();
                return new LiteralTerm(LiteralKind.Float, "Infinity");
            case "cast" when isCall:
                throw new CqlInvalidException("CAST is not supported");
        }

        if (isCall)
        {
            return ParseFunction(cursor.Take().Text);
        }

        if (word[0] == 'p' && DurationText.TryParse(word, out _, out _, out _))
        {
            return new LiteralTerm(LiteralKind.Duration, cursor.Take().Text);
        }

        throw cursor.Unexpected("value expected");
    }

    private FunctionTerm ParseQualifiedFunction()
    {
        var keyspace = cursor.Take().Text;
        cursor.ExpectSymbol(".");
        var name = cursor.TakeName("name of a function");
        return string.Equals(keyspace, "system", StringComparison.Ordinal)
            ? ParseFunction(name)
            : throw new CqlInvalidException($"user-defined functions ({keyspace}.{name}) are not supported");
    }

    private FunctionTerm ParseFunction(string name)
    {
        cursor.ExpectSymbol("(");
        return new FunctionTerm(name, ParseList(")"));
    }

    private Term ParseSymbol(Lexeme symbol)
    {
        switch (symbol.Text)
        {
            case "?":
                cursor.Take();
                return new MarkerTerm(cursor.MarkerCount++, null);
            case ":":
                return ParseNamedMarker();
            case "-":
                return ParseNegative();
            case "[":
                cursor.Take();
                return new ListTerm(ParseList("]"));
            case "{":
                return ParseBraces();
            case "(":
                return ParseParentheses();
            default:
                throw cursor.Unexpected("value expected");
        }
    }

    private MarkerTerm ParseNamedMarker()
    {
        cursor.Take();
        if (cursor.Current.Kind is not (LexemeKind.Identifier or LexemeKind.QuotedIdentifier))
        {
            throw cursor.Unexpected("name of a bind marker expected");
        }

        return new MarkerTerm(cursor.MarkerCount++, cursor.Take().Text);
    }

    private LiteralTerm ParseNegative()
    {
        cursor.Take();
        var current = cursor.Current;
        var kind = current.Kind switch
        {
            LexemeKind.Integer => LiteralKind.Integer,
            LexemeKind.Float => LiteralKind.Float,
            LexemeKind.Duration => LiteralKind.Duration,
            LexemeKind.Identifier when current.Text is "nan" or "infinity" => LiteralKind.Float,
            LexemeKind.Identifier when current.Text[0] == 'p' && DurationText.TryParse(current.Text, out _, out _, out _) => LiteralKind.Duration,
            _ => throw cursor.Unexpected("number or duration expected after '-'"),
        };
        var text = cursor.Take().Text;
        return new LiteralTerm(kind, text switch { "nan" => "NaN", "infinity" => "-Infinity", _ => "-" + text });
    }

    private Term ParseBraces()
    {
        cursor.Take();
        if (cursor.TryTakeSymbol("}"))
        {
            return new SetTerm([]);
        }

        if (cursor.Current.Kind is LexemeKind.Identifier or LexemeKind.QuotedIdentifier && cursor.Peek(1).IsSymbol(":")
            && cursor.Current.Text is not ("true" or "false" or "null" or "nan" or "infinity"))
        {
            throw new CqlInvalidException("user-defined type literals ({name: value}) are not supported");
        }

        var first = ParseValue();
        return cursor.TryTakeSymbol(":") ? ParseMap(first) : ParseSet(first);
    }

    private SetTerm ParseSet(Term first)
    {
        var items = ImmutableArray.CreateBuilder<Term>();
        items.Add(first);
        while (cursor.TryTakeSymbol(","))
        {
            items.Add(ParseValue());
        }

        cursor.ExpectSymbol("}");
        return new SetTerm(items.DrainToImmutable());
    }

    private MapTerm ParseMap(Term firstKey)
    {
        var entries = ImmutableArray.CreateBuilder<(Term, Term)>();
        entries.Add((firstKey, ParseValue()));
        while (cursor.TryTakeSymbol(","))
        {
            var key = ParseValue();
            cursor.ExpectSymbol(":");
            entries.Add((key, ParseValue()));
        }

        cursor.ExpectSymbol("}");
        return new MapTerm(entries.DrainToImmutable());
    }

    /// <summary>A tuple, a term in parentheses, or a type hint: <c>(int) 5</c>.</summary>
    private Term ParseParentheses()
    {
        cursor.Take();
        if (cursor.Current.Kind == LexemeKind.Identifier && IsTypeHint())
        {
            var type = ParseType();
            cursor.ExpectSymbol(")");
            return new TypeHintTerm(type, ParseTerm());
        }

        var items = ParseList(")");
        return items.IsEmpty ? throw cursor.Error("empty tuple") : new TupleTerm(items);
    }

    private bool IsTypeHint() =>
        cursor.Peek(1).IsSymbol("<")
        || (cursor.Peek(1).IsSymbol(")") && cursor.Current.Text is not ("true" or "false" or "null" or "nan" or "infinity")
            && !DurationText.TryParse(cursor.Current.Text, out _, out _, out _));
}
