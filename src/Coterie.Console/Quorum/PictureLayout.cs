using Coterie.Model.Quorum;

namespace Coterie.WebConsole.Quorum;

/// <summary>
/// Where things are in the picture of the replicas: a row for each data centre, a dot for each replica, and behind the dots a band for each run of neighbours
/// in the write set, reaching up, and in the read set, reaching down. Where both are, they overlap as the sets do.
/// </summary>
internal sealed class PictureLayout
{
    public const int Radius = 19;

    /// <summary>From so many on in a row they stand closer.</summary>
    private const int Many = 7;
    private const int RowHeight = 132;
    private const int Left = 12;
    private const int BandOutside = 46;
    private const int WidthLeast = 300;

    private readonly ReplicaLayout _layout;
    private readonly int _step;
    private readonly int _bandInside;

    public PictureLayout(ReplicaLayout layout)
    {
        _layout = layout;
        var longest = layout.Datacenters.Max(static one => one.Replicas);
        IsWide = longest >= Many;
        (_step, _bandInside) = IsWide ? (48, 23) : (62, 25);
        Width = Math.Max(WidthLeast, (2 * Left) + (_step * longest));
        Height = RowHeight * layout.Datacenters.Count;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>On a telephone it is scrolled rather than drawn too small to press.</summary>
    public bool IsWide { get; }

    /// <summary>On the page: few replicas are drawn larger.</summary>
    public int ShownWidth => Width <= WidthLeast ? Width * 3 / 2 : Width * 6 / 5;

    public (int X, int Y) Center(int node)
    {
        var datacenter = _layout.DatacenterOf(node);
        var members = _layout.In(datacenter);
        var place = node - members.Nodes().First();
        var start = (Width - (_step * members.Count)) / 2;
        return (start + (_step / 2) + (place * _step), (datacenter * RowHeight) + (RowHeight / 2));
    }

    /// <summary>Where the name of a data centre stands.</summary>
    public static (int X, int Y) Name(int datacenter) => (Left, (datacenter * RowHeight) + 16);

    /// <param name="upwards">Of the write set.</param>
    public IEnumerable<PictureBand> Bands(NodeSet set, bool upwards)
    {
        foreach (var members in Enumerable.Range(0, _layout.Datacenters.Count).Select(_layout.In))
        {
            var first = -1;
            foreach (var node in members.Nodes())
            {
                first = set.Contains(node) && first < 0 ? node : first;
                var ends = first >= 0 && set.Contains(node) && !(set.Contains(node + 1) && members.Contains(node + 1));
                if (ends)
                {
                    yield return Band(first, node, upwards);
                    first = -1;
                }
            }
        }
    }

    private PictureBand Band(int first, int last, bool upwards)
    {
        var (x, y) = Center(first);
        return new PictureBand(
            x - _bandInside, y - (upwards ? BandOutside : _bandInside), Center(last).X - x + (2 * _bandInside), _bandInside + BandOutside, upwards ? y - 26 : y + 35);
    }
}

/// <param name="LabelY">Of the line that its name stands on.</param>
internal readonly record struct PictureBand(int X, int Y, int Width, int Height, int LabelY);
