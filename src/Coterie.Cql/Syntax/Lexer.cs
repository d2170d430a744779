using System.Text;
using Coterie.Model;

namespace Coterie.Cql.Syntax;

/// <summary>
/// Cuts a statement's text into words, one at a time, so that a long statement does not become a long list. A minus sign is always a
/// word of its own; the parser joins it to a number. Constants: CQL reference, "Constants" and "Comments".
/// </summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] TwoCharacterSymbols = ["<=", ">=", "!=", "+=", "-=", ".."];
    private static readonly string[] OneCharacterSymbols =
        ["(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "?", "=", "<", ">", "+", "-", "*", "/", "%", "@"];

    private int _at;

    public Lexeme Next()
    {
        SkipSpaceAndComments();
        var start = _at;
        if (_at >= text.Length)
        {
            return new Lexeme(LexemeKind.End, "", start);
        }

        var c = text[_at];
        if (IsUuidAt(_at))
        {
            _at += 36;
            return new Lexeme(LexemeKind.Uuid, text.Substring(start, 36), start);
        }

        return c switch
        {
            '\'' => new Lexeme(LexemeKind.String, TextIn('\''), start),
            '"' => new Lexeme(LexemeKind.QuotedIdentifier, QuotedName(), start),
            '$' => new Lexeme(LexemeKind.String, DollarQuoted(), start),
            >= '0' and <= '9' => Number(),
            _ when IsLetter(c) => Word(),
            _ => Symbol(),
        };
    }

    /// <summary>Line from 1, column from 0, as Cassandra counts them.</summary>
    public CqlSyntaxException Error(int offset, string message)
    {
        var line = 1;
        var lineStart = 0;
        for (var i = 0; i < offset && i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                line++;
                lineStart = i + 1;
            }
        }

        return new CqlSyntaxException(message, line, offset - lineStart);
    }

    private void SkipSpaceAndComments()
    {
        while (_at < text.Length)
        {
            var c = text[_at];
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                _at++;
            }
            else if (StartsWith("--") || StartsWith("//"))
            {
                var end = text.IndexOf('\n', _at);
                _at = end < 0 ? text.Length : end + 1;
            }
            else if (StartsWith("/*"))
            {
                var end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                _at = end < 0 ? throw Error(_at, "comment without end") : end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private bool StartsWith(string symbol) => string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) == 0;

    private string QuotedName()
    {
        var start = _at;
        var name = TextIn('"');
        return name.Length > 0 ? Name(name, start) : throw Error(start, "empty name in double quotes");
    }

    /// <summary>The protocol gives the length of a name two bytes: a longer one could not be told to a client.</summary>
    private string Name(string name, int start) => name.Length <= ushort.MaxValue && Encoding.UTF8.GetByteCount(name) <= ushort.MaxValue
        ? name
        : throw Error(start, $"name longer than {ushort.MaxValue} bytes");

    /// <summary>Between two quotes; two quotes in a row stand for one.</summary>
    private string TextIn(char quote)
    {
        var start = _at++;
        StringBuilder? unescaped = null;
        var from = _at;
        while (true)
        {
            var end = text.IndexOf(quote, _at);
            if (end < 0)
            {
                throw Error(start, quote == '"' ? "quoted name without end" : "string without end");
            }

            _at = end + 1;
            if (_at >= text.Length || text[_at] != quote)
            {
                return unescaped is null ? text[from..end] : unescaped.Append(text, from, end - from).ToString();
            }

            unescaped = (unescaped ?? new StringBuilder()).Append(text, from, end + 1 - from);
            from = ++_at;
        }
    }

    private string DollarQuoted()
    {
        var start = _at;
        var end = StartsWith("$$") ? text.IndexOf("$$", _at + 2, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            throw Error(start, StartsWith("$$") ? "string without end" : "unexpected character '$'");
        }

        _at = end + 2;
        return text[(start + 2)..end];
    }

    private Lexeme Word()
    {
        var start = _at;
        if (DurationText.IsAlternativeIsoAt(text, _at, out var length))
        {
            _at += length;
            return new Lexeme(LexemeKind.Duration, text.Substring(start, length), start);
        }

        SkipWord();
        return new Lexeme(LexemeKind.Identifier, Name(text[start.._at], start).ToLowerInvariant(), start);
    }

    private Lexeme Number()
    {
        var start = _at;
        if (text[_at] == '0' && _at + 1 < text.Length && text[_at + 1] is 'x' or 'X')
        {
            _at += 2;
            SkipWord();
            var digits = text[(start + 2).._at];
            return digits.AsSpan().IndexOfAnyExcept(HexDigits) < 0
                ? new Lexeme(LexemeKind.Hex, digits, start)
                : throw Error(start, "blob with something other than hexadecimal digits");
        }

        SkipDigits();
        var kind = LexemeKind.Integer;
        if (_at < text.Length && text[_at] == '.' && !(_at + 1 < text.Length && text[_at + 1] == '.'))
        {
            _at++;
            SkipDigits();
            kind = LexemeKind.Float;
        }

        if (SkipExponent())
        {
            kind = LexemeKind.Float;
        }

        if (_at >= text.Length || !(IsLetter(text[_at]) || text[_at] is 'µ' or 'μ' or '_'))
        {
            return new Lexeme(kind, text[start.._at], start);
        }

        while (_at < text.Length && (IsWordPart(text[_at]) || text[_at] is 'µ' or 'μ'))
        {
            _at++;
        }

        return kind == LexemeKind.Integer && DurationText.IsUnits(text.AsSpan(start, _at - start))
            ? new Lexeme(LexemeKind.Duration, text[start.._at], start)
            : throw Error(start, $"'{Quoted.Of(text.AsSpan(start, _at - start))}' is neither a number nor a duration");
    }

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    private bool SkipExponent()
    {
        if (_at >= text.Length || text[_at] is not ('e' or 'E'))
        {
            return false;
        }

        var digits = _at + 1;
        if (digits < text.Length && text[digits] is '+' or '-')
        {
            digits++;
        }

        if (digits >= text.Length || !char.IsAsciiDigit(text[digits]))
        {
            return false;
        }

        _at = digits;
        SkipDigits();
        return true;
    }

    private Lexeme Symbol()
    {
        var start = _at;
        foreach (var symbols in (ReadOnlySpan<string[]>)[TwoCharacterSymbols, OneCharacterSymbols])
        {
            foreach (var symbol in symbols)
            {
                if (StartsWith(symbol))
                {
                    _at += symbol.Length;
                    return new Lexeme(LexemeKind.Symbol, symbol, start);
                }
            }
        }

        throw Error(start, $"unexpected character '{text[start]}'");
    }

    private bool IsUuidAt(int start)
    {
        if (start + 36 > text.Length || !char.IsAsciiHexDigit(text[start]) || text[start + 8] != '-')
        {
            return false;
        }

        for (var i = 0; i < 36; i++)
        {
            var c = text[start + i];
            if (i is 8 or 13 or 18 or 23 ? c != '-' : !char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }

        return start + 36 == text.Length || !IsWordPart(text[start + 36]);
    }

    private void SkipDigits()
    {
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }
    }

    private void SkipWord()
    {
        while (_at < text.Length && IsWordPart(text[_at]))
        {
            _at++;
        }
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c);

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
