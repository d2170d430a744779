namespace Coterie.WebConsole.Query;

/// <param name="Text">What is written.</param>
/// <param name="Kind">keyword, table or column.</param>
internal sealed record Suggestion(string Text, string Kind);

/// <summary>What may come where the caret stands: words that begin as the one that has been begun.</summary>
internal static class Completion
{
    public const int SuggestionsMax = 8;

    /// <summary>Where the word begins that ends at the caret. A dot belongs to it: tables are written with their keyspace.</summary>
    public static int WordStart(string text, int caret)
    {
        var start = Math.Clamp(caret, 0, text.Length);
        while (start > 0 && (CqlTokens.IsWordPart(text[start - 1]) || text[start - 1] == '.'))
        {
            start--;
        }

        return start;
    }

    /// <param name="asked">Asked for by key: then also without a word begun.</param>
    public static IReadOnlyList<Suggestion> At(string text, int caret, SchemaNames schema, bool asked)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        var begun = text[WordStart(text, caret)..caret];
        if (begun.Length < (asked ? 0 : 2) || IsInsideTextOrComment(text, caret))
        {
            return [];
        }

        // Columns of tables that the statement names come first.
        var columns = schema.Tables.Where(table => text.Contains(table.Key, StringComparison.OrdinalIgnoreCase)).SelectMany(static table => table.Value).Distinct(StringComparer.Ordinal);
        List<Suggestion> found =
        [
            .. Beginning(columns, begun, "column"),
            .. Beginning(schema.Tables.Keys, begun, "table"),
            .. Beginning(CqlTokens.Keywords.Order(StringComparer.Ordinal), begun, "keyword"),
        ];
        return found is [var only] && only.Text.Equals(begun, StringComparison.OrdinalIgnoreCase) ? [] : [.. found.Take(SuggestionsMax)];
    }

    private static IEnumerable<Suggestion> Beginning(IEnumerable<string> names, string begun, string kind) =>
        names.Where(name => name.StartsWith(begun, StringComparison.OrdinalIgnoreCase)).Select(name => new Suggestion(name, kind)).Take(SuggestionsMax);

    private static bool IsInsideTextOrComment(string text, int caret) =>
        CqlTokens.Of(text[..caret]).LastOrDefault() is var last && last.Kind switch
        {
            CqlTokenKind.Comment => true,
            CqlTokenKind.Text => last.Text.Length == 1 || last.Text[^1] != last.Text[0],
            _ => false,
        };
}

/// <summary>Tables, with their keyspaces, and their columns.</summary>
internal sealed record SchemaNames(IReadOnlyDictionary<string, IReadOnlyList<string>> Tables)
{
    public static SchemaNames None { get; } = new(new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>From <c>system_schema.columns</c>. Of a cluster with more columns than are read, the rest is not suggested. Null if no node says.</summary>
    public static async Task<SchemaNames?> ReadAsync(ClusterQueries queries, CancellationToken cancellationToken)
    {
        var tables = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        string? state = null;
        var read = 0;
        do
        {
            var request = new QueryRequest("SELECT keyspace_name, table_name, column_name FROM system_schema.columns", "ONE", QueryLimits.PageSizeMax, state);
            if ((await queries.AskAsync(request, cancellationToken)).Answer is not { } page)
            {
                return null;
            }

            foreach (var row in page.Rows)
            {
                var name = $"{row[0]}.{row[1]}";
                tables[name] = tables.TryGetValue(name, out var columns) ? [.. columns, row[2]] : [row[2]];
            }

            read += page.Rows.Count;
            state = page.PagingState;
        }
        while (state is not null && read < QueryLimits.SchemaRowsMax);
        return new SchemaNames(tables);
    }
}
