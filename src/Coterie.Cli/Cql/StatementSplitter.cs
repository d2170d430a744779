using System.Text;
using System.Text.RegularExpressions;

namespace Coterie.Cli.Cql;

/// <summary>
/// Cuts what is typed or piped into statements at semicolons, but not at those inside strings, quoted names, <c>$$</c> texts or comments, nor at those between
/// BEGIN BATCH and APPLY BATCH.
/// Pure: text in, statements out. What is not ended yet waits for more.
/// </summary>
internal sealed partial class StatementSplitter
{
    private readonly StringBuilder _pending = new();
    private int _line = 1;

    /// <summary>Whether the beginning of a statement waits for its end.</summary>
    public bool HasPending => !IsBlank(_pending.ToString());

    /// <summary>Adds a line and returns the statements that are now complete, without their semicolons.</summary>
    public IReadOnlyList<ScriptStatement> Add(string line)
    {
        _pending.Append(line).Append('\n');
        var complete = new List<ScriptStatement>();
        var text = _pending.ToString();
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            var next = SkipQuoted(text, i);
            if (next < 0)
            {
                break;
            }

            if (next == i)
            {
                if (text[i] == ';' && !IsOpenBatch(text[start..i]))
                {
                    Take(complete, text[start..i]);
                    start = i + 1;
                }

                next = i + 1;
            }

            i = next;
        }

        _pending.Clear();
        Keep(text[start..]);
        return complete;
    }

    /// <summary>What is left at the end of the input: a last statement whose semicolon was left out, or null.</summary>
    public ScriptStatement? Finish()
    {
        var complete = new List<ScriptStatement>();
        Take(complete, _pending.ToString());
        _pending.Clear();
        return complete.Count == 0 ? null : complete[0];
    }

    private void Take(List<ScriptStatement> complete, string text)
    {
        if (!IsBlank(text))
        {
            var begin = Begin(text);
            complete.Add(new ScriptStatement(text[begin..].TrimEnd(), _line + text.AsSpan(0, begin).Count('\n')));
        }

        _line += text.AsSpan().Count('\n');
    }

    private void Keep(string rest)
    {
        // Blank lines between statements need not be kept, only counted.
        if (string.IsNullOrWhiteSpace(rest))
        {
            _line += rest.AsSpan().Count('\n');
        }
        else
        {
            _pending.Append(rest);
        }
    }

    /// <summary>Where the quoted text or comment that begins at <paramref name="i"/> ends; <paramref name="i"/> if none begins; −1 if it does not end.</summary>
    private static int SkipQuoted(string text, int i) => text[i] switch
    {
        '\'' => After(text, "'", i + 1),
        '"' => After(text, "\"", i + 1),
        '$' when StartsWith(text, i, "$$") => After(text, "$$", i + 2),
        '-' when StartsWith(text, i, "--") => After(text, "\n", i + 2),
        '/' when StartsWith(text, i, "//") => After(text, "\n", i + 2),
        '/' when StartsWith(text, i, "/*") => After(text, "*/", i + 2),
        _ => i,
    };

    private static bool StartsWith(string text, int at, string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private static int After(string text, string end, int from)
    {
        var at = text.IndexOf(end, from, StringComparison.Ordinal);
        return at < 0 ? -1 : at + end.Length;
    }

    /// <summary>Whether a batch has begun that is not applied yet.</summary>
    private static bool IsOpenBatch(string text) => BatchBegin().IsMatch(text.AsSpan(Begin(text))) && !BatchEnd().IsMatch(text);

    [GeneratedRegex(@"\ABEGIN\s+(?:(?:UNLOGGED|LOGGED|COUNTER)\s+)?BATCH\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BatchBegin();

    [GeneratedRegex(@"\bAPPLY\s+BATCH\s*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BatchEnd();

    /// <summary>Nothing but space and comments.</summary>
    private static bool IsBlank(string text) => Begin(text) == text.Length;

    /// <summary>Where a statement begins, behind space and comments; the length of the text if none does.</summary>
    private static int Begin(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            var next = text[i] is '-' or '/' ? SkipQuoted(text, i) : i;
            if (next == i)
            {
                return i;
            }

            i = next < 0 ? text.Length : next;
        }

        return text.Length;
    }
}
