using System.Text;

namespace Coterie.Cli.Cql;

/// <summary>Reads a line from a terminal with the keys that people's fingers know (those of readline's Emacs mode), and remembers what was typed.</summary>
internal sealed class LineEditor
{
    private const int HistoryMax = 1000;

    private readonly List<string> _history = [];
    private readonly StringBuilder _line = new();
    private int _cursor;
    private int _shown;
    private string _prompt = "";

    /// <summary>The line; "" after Ctrl-C, with <paramref name="interrupted"/> set; null at the end of the input (Ctrl-D on an empty line).</summary>
    public string? Read(string prompt, out bool interrupted)
    {
        interrupted = false;
        _prompt = prompt;
        _line.Clear();
        _cursor = 0;
        _shown = 0;
        var position = _history.Count;
        Redraw();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (Control(key))
            {
                case 'C':
                    Console.WriteLine("^C");
                    interrupted = true;
                    return "";
                case 'D' when _line.Length == 0:
                    Console.WriteLine();
                    return null;
                default:
                    if (key.Key == ConsoleKey.Enter)
                    {
                        Console.WriteLine();
                        return Remember();
                    }

                    position = Apply(key, position);
                    Redraw();
                    break;
            }
        }
    }

    private static char Control(ConsoleKeyInfo key) =>
        (key.Modifiers & ConsoleModifiers.Control) != 0 && key.Key is >= ConsoleKey.A and <= ConsoleKey.Z ? (char)key.Key : '\0';

    private int Apply(ConsoleKeyInfo key, int position)
    {
        switch (key.Key, Control(key))
        {
            case (ConsoleKey.LeftArrow, _) or (_, 'B'):
                _cursor = Math.Max(0, _cursor - 1);
                break;
            case (ConsoleKey.RightArrow, _) or (_, 'F'):
                _cursor = Math.Min(_line.Length, _cursor + 1);
                break;
            case (ConsoleKey.Home, _) or (_, 'A'):
                _cursor = 0;
                break;
            case (ConsoleKey.End, _) or (_, 'E'):
                _cursor = _line.Length;
                break;
            case (ConsoleKey.UpArrow, _) or (_, 'P'):
                return Recall(position - 1);
            case (ConsoleKey.DownArrow, _) or (_, 'N'):
                return Recall(position + 1);
            case (ConsoleKey.Backspace, _) or (_, 'H') when _cursor > 0:
                _line.Remove(--_cursor, 1);
                break;
            case (ConsoleKey.Delete, _) or (_, 'D') when _cursor < _line.Length:
                _line.Remove(_cursor, 1);
                break;
            case (_, 'U'):
                _line.Remove(0, _cursor);
                _cursor = 0;
                break;
            case (_, 'K'):
                _line.Length = _cursor;
                break;
            case (_, 'W'):
                RemoveWord();
                break;
            default:
                Insert(key.KeyChar);
                break;
        }

        return position;
    }

    private void Insert(char typed)
    {
        if (!char.IsControl(typed))
        {
            _line.Insert(_cursor++, typed);
        }
        else if (typed == '\t')
        {
            _line.Insert(_cursor++, ' ');
        }
    }

    private void RemoveWord()
    {
        var start = _cursor;
        while (start > 0 && _line[start - 1] == ' ')
        {
            start--;
        }

        while (start > 0 && _line[start - 1] != ' ')
        {
            start--;
        }

        _line.Remove(start, _cursor - start);
        _cursor = start;
    }

    private int Recall(int position)
    {
        var at = Math.Clamp(position, 0, _history.Count);
        _line.Clear().Append(at == _history.Count ? "" : _history[at]);
        _cursor = _line.Length;
        return at;
    }

    private string Remember()
    {
        var line = _line.ToString();
        if (line.Trim().Length > 0 && (_history.Count == 0 || _history[^1] != line))
        {
            _history.Add(line);
            if (_history.Count > HistoryMax)
            {
                _history.RemoveAt(0);
            }
        }

        return line;
    }

    /// <summary>Shows as much of the line around the cursor as fits into one row of the terminal.</summary>
    private void Redraw()
    {
        var room = Math.Max(10, Console.WindowWidth - _prompt.Length - 1);
        var from = Math.Max(0, _cursor - room);
        var visible = _line.ToString(from, Math.Min(room, _line.Length - from));
        var padding = new string(' ', Math.Max(0, _shown - visible.Length));
        Console.Write($"\r{_prompt}{visible}{padding}\r\u001b[{_prompt.Length + _cursor - from}C");
        _shown = visible.Length;
    }
}
