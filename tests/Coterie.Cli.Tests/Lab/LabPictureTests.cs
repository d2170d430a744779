using System.Globalization;
using System.Xml.Linq;
using Coterie.Cli.Lab;
using Coterie.Host.Lab;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Tests.Lab;

public sealed class LabPictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_bar_for_each_second_and_keyspace_and_red_where_writes_were_not_acknowledged()
    {
        var picture = Draw("kill", [new LabFault(1, "a", Seconds(1.5), Seconds(2), Seconds(2.5))]);

        Assert.Equal(1 + 3, Of(picture, "rect", "leaderless").Count);
        Assert.Equal(1 + 3, Of(picture, "rect", "led").Count);

        // One in the legend, and the second in which a write failed.
        Assert.Equal(1 + 1, Of(picture, "rect", "missed").Count);
        Assert.Equal((1, 1), (Of(picture, "circle", "leaderless").Count, Of(picture, "circle", "led").Count));
    }

    [Fact]
    public void A_bar_is_as_high_as_the_writes_and_stands_on_the_ground()
    {
        var bars = Of(Draw("kill", []), "rect", "leaderless").Skip(1).ToList();

        // 10, 5 and 0 of 10.
        Assert.Equal(Number(bars[0], "height") / 2, Number(bars[1], "height"), 1);
        Assert.Equal(0, Number(bars[2], "height"), 1);
        Assert.Equal(Number(bars[0], "y") + Number(bars[0], "height"), Number(bars[1], "y") + Number(bars[1], "height"), 1);
        Assert.True(Number(bars[0], "x") < Number(bars[1], "x"));
    }

    [Theory]
    [InlineData("kill", "is killed", "the node is dead")]
    [InlineData("pause", "is paused", "the node is paused")]
    [InlineData("partition", "is cut off from the others", "the node is cut off")]
    public void It_says_what_was_done(string fault, string title, string legend)
    {
        var texts = Draw(fault, []).Descendants(Svg + "text").Select(text => text.Value).ToList();

        Assert.EndsWith(title, texts[0], StringComparison.Ordinal);
        Assert.Contains(legend, texts);
    }

    [Fact]
    public void It_is_light_or_dark_and_needs_nothing_from_elsewhere()
    {
        var picture = Draw("kill", []);

        Assert.Contains("prefers-color-scheme: dark", picture.Descendants(Svg + "style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", picture.ToString(), StringComparison.Ordinal);
    }

    private static XDocument Draw(string fault, LabFault[] faults)
    {
        var writes = Enumerable.Range(0, 15).Select(i => new LabWrite(i, Seconds(i / 10.0), Seconds(i / 10.0), LabOutcome.Acknowledged, null)).ToList();
        var led = writes.Append(new LabWrite(15, Seconds(1.5), Seconds(1.9), LabOutcome.Failed, "Unavailable")).ToList();
        return XDocument.Parse(LabPicture.Render(new LabReport(
            fault,
            "plain",
            faults.Length,
            10,
            3,
            KeyspaceReport.Of(LabFigures.Of(writes, faults, Seconds(3)), new LabFindings()),
            KeyspaceReport.Of(LabFigures.Of(led, faults, Seconds(3)), new LabFindings()),
            HistoryReport.Of(new LabHistory(0, 0, 0, []), ConsistencyLevel.Quorum),
            [.. faults.Select(FaultReport.Of)])));
    }

    private static List<XElement> Of(XDocument picture, string element, string style) =>
        [.. picture.Descendants(Svg + element).Where(one => (string?)one.Attribute("class") == style)];

    private static double Number(XElement element, string attribute) => double.Parse((string)element.Attribute(attribute)!, CultureInfo.InvariantCulture);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
