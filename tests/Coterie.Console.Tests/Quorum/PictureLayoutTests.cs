using Coterie.Model.Quorum;
using Coterie.WebConsole.Quorum;

namespace Coterie.WebConsole.Tests.Quorum;

public sealed class PictureLayoutTests
{
    [Fact]
    public void Neighbours_of_a_set_share_a_band()
    {
        var picture = new PictureLayout(ReplicaLayout.Of(5));
        var bands = picture.Bands(NodeSet.Of(0, 1, 3), upwards: true).ToList();
        Assert.Equal(2, bands.Count);
        AssertInside(picture, bands[0], 0, 1);
        AssertInside(picture, bands[1], 3);
    }

    [Fact]
    public void A_band_ends_where_its_data_centre_ends()
    {
        var picture = new PictureLayout(ReplicaLayout.Of(3, 2));
        var bands = picture.Bands(NodeSet.Of(1, 2, 3), upwards: false).ToList();
        Assert.Equal(2, bands.Count);
        AssertInside(picture, bands[0], 1, 2);
        AssertInside(picture, bands[1], 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(9, 1, 5, 9, 9)]
    public void Nothing_is_drawn_outside(params int[] replicas)
    {
        var layout = ReplicaLayout.Of(replicas);
        var picture = new PictureLayout(layout);
        foreach (var band in picture.Bands(layout.All, upwards: true).Concat(picture.Bands(layout.All, upwards: false)))
        {
            Assert.True(band.X >= 0 && band.Y >= 0 && band.X + band.Width <= picture.Width && band.Y + band.Height <= picture.Height, $"{band} in {picture.Width} x {picture.Height}");
        }
    }

    private static void AssertInside(PictureLayout picture, PictureBand band, params int[] nodes)
    {
        var inside = Enumerable.Range(0, 5).Where(node => picture.Center(node) is var (x, y) && x > band.X && x < band.X + band.Width && y > band.Y && y < band.Y + band.Height);
        Assert.Equal(nodes, inside);
    }
}
