namespace Coterie.Cli.Cql;

/// <summary>A statement of a script, and the line in which it begins: the server counts lines from there.</summary>
internal readonly record struct ScriptStatement(string Text, int Line)
{
    private const int ShownMax = 70;

    /// <summary>Its beginning, in one line.</summary>
    public string Shown
    {
        get
        {
            var line = string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return line.Length <= ShownMax ? line : line[..ShownMax] + " ...";
        }
    }
}
