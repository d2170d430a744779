using System.Text;

namespace Coterie.WebConsole.Schema;

/// <summary>Small pieces of CQL's text, read and written.</summary>
internal static class SchemaText
{
    /// <summary>A name as CQL reads it: as it is if it can stand so, else in quotes.</summary>
    public static string Name(string name) =>
        name.Length > 0 && char.IsAsciiLetterLower(name[0]) && name.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_') && !Query.CqlTokens.Keywords.Contains(name)
            ? name
            : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The entries of a map as nodes' answers write it: <c>{'class': 'SimpleStrategy', 'replication_factor': '3'}</c>. Values that are no text stay as they are.</summary>
    public static IReadOnlyList<(string Key, string Value)> Map(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            at = text[at] == '\'' ? ReadQuoted(text, at, words) : text[at] is '{' or '}' or ':' or ',' or ' ' ? at + 1 : ReadPlain(text, at, words);
        }

        return [.. words.Chunk(2).Where(static pair => pair.Length == 2).Select(static pair => (pair[0], pair[1]))];
    }

    private static int ReadQuoted(string text, int at, List<string> words)
    {
        var word = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '\'')
            {
                word.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '\'')
            {
                word.Append(text[at++]);
            }
            else
            {
                break;
            }
        }

        words.Add(word.ToString());
        return at + 1;
    }

    private static int ReadPlain(string text, int at, List<string> words)
    {
        var end = text.AsSpan(at).IndexOfAny(",:}") is var found && found < 0 ? text.Length : at + found;
        words.Add(text[at..end].Trim());
        return end;
    }
}
