using System.Globalization;
using System.Text;

namespace Coterie.Cli.Lab;

/// <summary>
/// Draws a lab's report as SVG, for documents: a bar a second for each keyspace, and the longest gap at each fault. Light or dark as the reader has it.
/// </summary>
internal sealed class LabPicture
{
    private const double Width = 960;
    private const double Height = 462;
    private const double Left = 128;
    private const double Right = 24;
    private const double BarsHeight = 84;
    private const double LeaderlessTop = 84;
    private const double LeaderBasedTop = 194;
    private const double GapsTop = 312;
    private const double GapsHeight = 96;

    /// <summary>What was due in a second fills so much of the height; the rest is for what was held up and came on top of it.</summary>
    private const double Full = 0.8;

    /// <summary>Without variables, which some renderers do not know.</summary>
    private const string Style = """
        <style>
          text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2933; }
          .title { font-size: 17px; font-weight: 600; } .faint { fill: #5b6875; font-size: 12px; } .end { text-anchor: end; } .middle { text-anchor: middle; }
          .ground { fill: #ffffff; } .away { fill: #f3ebdd; } .leaderless { fill: #3b7a8c; } .led { fill: #8a63a8; } .missed { fill: #d1373f; }
          .rule { stroke: #dfe4ea; } .full { stroke: #8b97a3; stroke-dasharray: 2 4; } .back { stroke: #8b97a3; stroke-dasharray: 3 3; }
          @media (prefers-color-scheme: dark) {
            text { fill: #e4e9ee; } .faint { fill: #9aa7b4; }
            .ground { fill: #14181d; } .away { fill: #332c20; } .leaderless { fill: #62b0c4; } .led { fill: #b995d6; } .missed { fill: #ff6b70; }
            .rule { stroke: #2c343d; } .full, .back { stroke: #77838f; }
          }
        </style>
        """;

    private readonly StringBuilder _svg = new();
    private readonly LabReport _report;
    private readonly double _secondWidth;

    private LabPicture(LabReport report)
    {
        _report = report;
        _secondWidth = (Width - Left - Right) / Math.Max(1, Math.Ceiling(report.Seconds));
    }

    public static string Render(LabReport report)
    {
        var picture = new LabPicture(report);
        picture.Draw();
        return picture._svg.ToString();
    }

    private void Draw()
    {
        var done = Enum.Parse<LabFaultKind>(_report.Fault, ignoreCase: true).Done();
        var title = $"Writes acknowledged each second while the node that leads is {done}";
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width:0} {Height:0}" role="img" aria-labelledby="title description">""");
        Line($"<title id=\"title\">{title}</title>");
        Line($"<desc id=\"description\">{Describe(done)}</desc>");
        Line($"{Style}");
        Line($"""<rect class="ground" width="{Width:0}" height="{Height:0}"/>""");
        Text(20, 30, "title", title);
        Legend();
        Faults();
        Bars(LeaderlessTop, "leaderless", "leaderless", _report.Leaderless);
        Bars(LeaderBasedTop, "leader-based", "led", _report.LeaderBased);
        Gaps();
        Seconds();
        Line($"</svg>");
    }

    private string Describe(string done) => string.Create(
        CultureInfo.InvariantCulture,
        $"{_report.Rounds} times the node that leads was {done}. Longest time without a write, median and worst: leaderless {_report.Leaderless.MedianGapMs:0} and {_report.Leaderless.LongestGapMs:0} ms, leader-based {_report.LeaderBased.MedianGapMs:0} and {_report.LeaderBased.LongestGapMs:0} ms.");

    private void Legend()
    {
        var x = 20.0;
        Entry("leaderless", "leaderless", 104);
        Entry("led", "leader-based", 116);
        Entry("missed", "not acknowledged", 148);
        Entry("away", $"the node is {_report.Fault switch { "kill" => "dead", "pause" => "paused", _ => "cut off" }}", 144);
        Line($"""<line class="back" x1="{x + 6}" x2="{x + 6}" y1="48" y2="62"/>""");
        Text(x + 18, 60, "faint", "all ready again");

        void Entry(string style, string text, double width)
        {
            Line($"""<rect class="{style}" x="{x}" y="50" width="12" height="12"/>""");
            Text(x + 18, 60, "faint", text);
            x += width;
        }
    }

    private void Faults()
    {
        foreach (var fault in _report.Faults)
        {
            Line($"""<rect class="away" x="{At(fault.FromSeconds):0.0}" y="{LeaderlessTop - 8}" width="{Math.Max(1, At(fault.BackSeconds) - At(fault.FromSeconds)):0.0}" height="{GapsTop + GapsHeight - LeaderlessTop + 8}"/>""");
            Line($"""<line class="back" x1="{At(fault.ToSeconds):0.0}" x2="{At(fault.ToSeconds):0.0}" y1="{LeaderlessTop - 8}" y2="{GapsTop + GapsHeight}"/>""");
        }
    }

    private void Bars(double top, string name, string style, KeyspaceReport keyspace)
    {
        var bottom = top + BarsHeight;
        Text(Left - 14, top + 30, "end", name);
        Text(Left - 14, top + 48, "faint end", $"{keyspace.Acked.ToString("N0", CultureInfo.InvariantCulture)} written");
        Text(Left - 14, top + 64, "faint end", $"{(keyspace.Failed + keyspace.Unknown).ToString("N0", CultureInfo.InvariantCulture)} not");
        Line($"""<line class="full" x1="{Left}" x2="{Width - Right}" y1="{bottom - (BarsHeight * Full):0.0}" y2="{bottom - (BarsHeight * Full):0.0}"/>""");
        var width = Math.Max(0.5, (_secondWidth * 0.82));
        for (var second = 0; second < keyspace.AckedBySecond.Count; second++)
        {
            // The last second is cut short by the end.
            var part = Math.Clamp(_report.Seconds - second, 0.05, 1);
            var acked = Math.Min(BarsHeight, BarsHeight * Full * keyspace.AckedBySecond[second] / (_report.Rate * part));
            Line($"""<rect class="{style}" x="{At(second):0.0}" y="{bottom - acked:0.0}" width="{width * part:0.0}" height="{acked:0.0}"/>""");
            if (second < keyspace.NotAckedBySecond.Count && keyspace.NotAckedBySecond[second] is > 0 and var missed)
            {
                var height = Math.Clamp(BarsHeight * Full * missed / _report.Rate, 3, BarsHeight);
                Line($"""<rect class="missed" x="{At(second):0.0}" y="{Math.Max(top, bottom - acked - height):0.0}" width="{width:0.0}" height="{height:0.0}"/>""");
            }
        }

        Line($"""<line class="rule" x1="{Left}" x2="{Width - Right}" y1="{bottom}" y2="{bottom}"/>""");
    }

    /// <summary>A dot for each fault and keyspace.</summary>
    private void Gaps()
    {
        var bottom = GapsTop + GapsHeight;
        var most = Ceiling(Math.Max(_report.Leaderless.LongestGapMs, _report.LeaderBased.LongestGapMs));
        Text(Left - 14, GapsTop + 30, "end", "longest gap");
        Text(Left - 14, GapsTop + 48, "faint end", "without a write,");
        Text(Left - 14, GapsTop + 64, "faint end", "at each fault");
        foreach (var part in new[] { 0.5, 1 })
        {
            Line($"""<line class="rule" x1="{Left}" x2="{Width - Right}" y1="{bottom - (GapsHeight * part):0.0}" y2="{bottom - (GapsHeight * part):0.0}"/>""");
            Text(Width - Right, bottom - (GapsHeight * part) - 4, "faint end", $"{(most * part).ToString("0", CultureInfo.InvariantCulture)} ms");
        }

        Line($"""<line class="rule" x1="{Left}" x2="{Width - Right}" y1="{bottom}" y2="{bottom}"/>""");
        for (var i = 0; i < _report.Faults.Count; i++)
        {
            var middle = (At(_report.Faults[i].FromSeconds) + At(_report.Faults[i].BackSeconds)) / 2;
            Line($"""<circle class="led" cx="{middle:0.0}" cy="{bottom - (GapsHeight * _report.LeaderBased.GapsMs[i] / most):0.0}" r="5"/>""");
            Line($"""<circle class="leaderless" cx="{middle:0.0}" cy="{bottom - (GapsHeight * _report.Leaderless.GapsMs[i] / most):0.0}" r="5"/>""");
        }
    }

    private void Seconds()
    {
        var step = _report.Seconds > 60 ? 20 : 5;
        for (var second = 0; second <= _report.Seconds; second += step)
        {
            Text(At(second), GapsTop + GapsHeight + 18, "faint middle", second.ToString(CultureInfo.InvariantCulture));
        }

        Text(Width - Right, GapsTop + GapsHeight + 38, "faint end", "seconds");
    }

    /// <summary>The next of 1, 2 and 5 with zeros behind it.</summary>
    private static double Ceiling(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, value))));
        return new[] { 1.0, 2, 5, 10 }.Select(digit => digit * power).First(round => round >= value);
    }

    private double At(double second) => Left + (second * _secondWidth);

    private void Text(double x, double y, string style, string text) => Line($"""<text x="{x:0.0}" y="{y:0.0}" class="{style}">{text}</text>""");

    private void Line(FormattableString text) => _svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
