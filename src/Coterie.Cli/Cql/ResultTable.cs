using Coterie.Host.CqlClient;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Coterie.Cli.Cql;

/// <summary>
/// Shows rows: as a table where it fits, one value a line where it does not. On a terminal with lines and colour; into a file or a pipe as plain
/// text of any width.
/// </summary>
internal static class ResultTable
{
    private const int PipeWidth = 100_000;
    private const int ColumnFrame = 3;

    private static readonly Style Dim = new(foreground: Color.Grey);
    private static readonly Style Head = new(foreground: Color.Teal, decoration: Decoration.Bold);

    public static IAnsiConsole CreateConsole(bool terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!terminal)
        {
            console.Profile.Width = PipeWidth;
            console.Profile.Capabilities.Unicode = false;
        }

        return console;
    }

    public static void Write(IAnsiConsole console, CqlResult result)
    {
        var columns = result.Columns!;
        var rows = result.Rows.Select(row => columns.Select((column, i) => ValueText.Format(column.Type, row[i])).ToArray()).ToList();
        var width = columns.Select((column, i) => rows.Select(row => row[i].Length).Append(column.Name.Length).Max() + ColumnFrame).Sum();
        if (width > console.Profile.Width)
        {
            WriteExpanded(console, columns, rows);
        }
        else
        {
            Write(console, [.. columns.Select(column => (column.Name, ValueText.IsNumeric(column.Type)))], rows);
        }
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<(string Name, bool RightAligned)> columns, IReadOnlyList<string[]> rows)
    {
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Minimal : TableBorder.Ascii, BorderStyle = Dim };
        foreach (var (name, rightAligned) in columns)
        {
            var column = new TableColumn(new Text(ValueText.Escape(name), Head)) { NoWrap = true };
            table.AddColumn(rightAligned ? column.RightAligned() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(IRenderable (value) => new Text(value, value == "null" ? Dim : Style.Plain)));
        }

        console.Write(table);
    }

    private static void WriteExpanded(IAnsiConsole console, IReadOnlyList<CqlColumn> columns, List<string[]> rows)
    {
        var widest = columns.Max(column => column.Name.Length);
        for (var i = 0; i < rows.Count; i++)
        {
            console.Write(new Text($"@ row {i + 1}\n", Dim));
            for (var column = 0; column < columns.Count; column++)
            {
                console.Write(new Text($" {ValueText.Escape(columns[column].Name).PadRight(widest)} ", Head));

                // Past the console's own wrapping, which breaks words: the terminal wraps better.
                console.Profile.Out.Writer.Write(rows[i][column] + "\n");
            }
        }
    }
}
