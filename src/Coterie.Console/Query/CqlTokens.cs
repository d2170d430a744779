using System.Collections.Frozen;

namespace Coterie.WebConsole.Query;

internal enum CqlTokenKind
{
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
}

internal readonly record struct CqlToken(CqlTokenKind Kind, string Text);

/// <summary>
/// Takes a statement apart for the eye. Not the parser: it takes anything, loses nothing (the pieces, put together, are the text), and what has not
/// been closed yet reaches to the end.
/// </summary>
internal static class CqlTokens
{
    public static FrozenSet<string> Keywords { get; } = new[]
    {
        "ADD", "ALLOW", "ALTER", "AND", "APPLY", "AS", "ASC", "BATCH", "BEGIN", "BY", "CLUSTERING", "CONTAINS", "COUNT", "CREATE", "DELETE", "DESC", "DISTINCT", "DROP",
        "EXISTS", "FALSE", "FILTERING", "FROM", "IF", "IN", "INSERT", "INTO", "JSON", "KEY", "KEYSPACE", "LIMIT", "NOT", "NULL", "ORDER", "PARTITION", "PER", "PRIMARY",
        "SELECT", "SET", "STATIC", "TABLE", "TIMESTAMP", "TOKEN", "TRUE", "TRUNCATE", "TTL", "UNLOGGED", "UPDATE", "USE", "USING", "VALUES", "WHERE", "WITH", "WRITETIME",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<CqlToken> Of(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var (kind, end) = Next(text, at);
            yield return new CqlToken(kind, text[at..end]);
            at = end;
        }
    }

    public static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static (CqlTokenKind Kind, int End) Next(string text, int at)
    {
        var rest = text.AsSpan(at);
        return rest[0] switch
        {
            // A doubled quote closes and opens again: the same colour, so it needs no rule.
            '\'' => (CqlTokenKind.Text, After(text, at, "'")),
            '"' => (CqlTokenKind.Plain, After(text, at, "\"")),
            '$' when rest.StartsWith("$$") => (CqlTokenKind.Text, After(text, at, "$$")),
            '-' when rest.StartsWith("--") => (CqlTokenKind.Comment, LineEnd(text, at)),
            '/' when rest.StartsWith("//") => (CqlTokenKind.Comment, LineEnd(text, at)),
            '/' when rest.StartsWith("/*") => (CqlTokenKind.Comment, After(text, at, "*/")),
            var first when char.IsAsciiDigit(first) => (CqlTokenKind.Number, While(text, at, static c => IsWordPart(c) || c is '.' or '-')),
            var first when IsWordPart(first) => Word(text, at),
            _ => (CqlTokenKind.Plain, While(text, at + 1, static c => !IsWordPart(c) && c is not ('\'' or '"' or '$' or '-' or '/'))),
        };
    }

    private static (CqlTokenKind Kind, int End) Word(string text, int at)
    {
        var end = While(text, at, IsWordPart);
        return (Keywords.Contains(text[at..end]) ? CqlTokenKind.Keyword : CqlTokenKind.Plain, end);
    }

    private static int After(string text, int at, string close)
    {
        var found = text.IndexOf(close, Math.Min(text.Length, at + close.Length), StringComparison.Ordinal);
        return found < 0 ? text.Length : found + close.Length;
    }

    private static int LineEnd(string text, int at) => text.IndexOf('\n', at) is var found && found < 0 ? text.Length : found;

    private static int While(string text, int at, Func<char, bool> belongs)
    {
        while (at < text.Length && belongs(text[at]))
        {
            at++;
        }

        return at;
    }
}
