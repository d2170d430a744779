using System.Globalization;
using System.Text;

namespace Coterie.Cli.Lab;

/// <summary>One keyspace in the timeline.</summary>
/// <param name="Acked">Acknowledged writes in each second.</param>
/// <param name="NotAcked">Writes in each second that failed or are unknown.</param>
internal sealed record TimelineRow(string Name, IReadOnlyList<int> Acked, IReadOnlyList<int> NotAcked);

/// <summary>Something that happened to a node, in this second.</summary>
internal readonly record struct TimelineMark(int Second, char Sign);

/// <summary>
/// Draws a bar for each second, as high as the writes acknowledged in it. Seconds in which writes were not acknowledged are red; where there is no colour,
/// they have a sign of their own under them. All rows have one scale, so that they can be compared: what was asked for is the full height, and what was
/// held up before and comes on top of it makes no bar higher.
/// </summary>
internal static class Timeline
{
    /// <summary>A node was killed or paused.</summary>
    public const char Down = '✗';

    /// <summary>It is back.</summary>
    public const char Up = '▲';

    /// <summary>Writes were not acknowledged.</summary>
    public const char Missed = '!';

    private const string Heading = "seconds";
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const char None = ' ';
    private const int Step = 10;
    private const string Red = "\e[31m";
    private const string Plain = "\e[0m";

    /// <param name="full">Writes a second that make a bar of full height.</param>
    /// <param name="width">Seconds in a line.</param>
    public static IReadOnlyList<string> Render(IReadOnlyList<TimelineRow> rows, IReadOnlyList<TimelineMark> marks, double full, int width, bool color)
    {
        var lines = new List<string>();
        var seconds = rows.Max(static row => row.Acked.Count);
        var margin = rows.Select(static row => row.Name.Length).Append(Heading.Length).Max() + 2;
        for (var from = 0; from < seconds; from += width)
        {
            var to = Math.Min(seconds, from + width);
            if (from > 0)
            {
                lines.Add("");
            }

            lines.Add(Scale(from, to, margin));
            foreach (var row in rows)
            {
                lines.Add((row.Name.PadRight(margin) + Bars(row, from, to, full, color)).TrimEnd());
                if (!color && Signs(from, to, second => At(row.NotAcked, second) > 0 ? Missed : None) is { Length: > 0 } missed)
                {
                    lines.Add("".PadRight(margin) + missed);
                }
            }

            if (Signs(from, to, second => SignIn(marks, second)) is { Length: > 0 } signs)
            {
                lines.Add("".PadRight(margin) + signs);
            }
        }

        return lines;
    }

    private static string Scale(int from, int to, int margin)
    {
        var line = new StringBuilder(Heading.PadRight(margin));
        for (var second = from; second < to; second += Step)
        {
            line.Append(second.ToString(CultureInfo.InvariantCulture).PadRight(Step));
        }

        return line.ToString().TrimEnd();
    }

    private static string Bars(TimelineRow row, int from, int to, double full, bool color)
    {
        var line = new StringBuilder();
        var isRed = false;
        for (var second = from; second < to; second++)
        {
            var missed = At(row.NotAcked, second) > 0;
            if (color && missed != isRed)
            {
                line.Append(missed ? Red : Plain);
                isRed = missed;
            }

            // With nothing to be high, red needs something to be red.
            var bar = Bar(At(row.Acked, second), full);
            line.Append(color && missed && bar == None ? Missed : bar);
        }

        return isRed ? line.Append(Plain).ToString() : line.ToString();
    }

    /// <summary>A write or two that fall into the next second, as at any steady pace, make no difference.</summary>
    private static char Bar(int acked, double full) =>
        acked == 0 ? None : Levels[Math.Clamp((int)Math.Round(acked * Levels.Length / full) - 1, 0, Levels.Length - 1)];

    private static int At(IReadOnlyList<int> counts, int second) => second < counts.Count ? counts[second] : 0;

    private static string Signs(int from, int to, Func<int, char> sign) =>
        new string([.. Enumerable.Range(from, to - from).Select(sign)]).TrimEnd();

    /// <summary>Who goes down is more than who comes back in the same second.</summary>
    private static char SignIn(IReadOnlyList<TimelineMark> marks, int second)
    {
        var sign = None;
        foreach (var mark in marks)
        {
            if (mark.Second == second && sign != Down)
            {
                sign = mark.Sign;
            }
        }

        return sign;
    }
}
