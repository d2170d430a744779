using Coterie.Model;
using Coterie.Model.Trees;
using Coterie.Repair.Inspections;
using static Coterie.Repair.Tests.TestRows;

namespace Coterie.Repair.Tests;

/// <summary>Two trees looked at from the whole down to a row, as somebody does who wants to see the difference.</summary>
public sealed class TreeInspectionTests : IAsyncDisposable
{
    private readonly ReplicaPair _pair = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(3_000)]
    public async Task The_way_down_leads_to_the_one_row_that_differs(int rows)
    {
        await BothAsync(rows);
        await _pair.Peer.WriteAsync((Key(0), Value(90, "newer there")));
        await ReadLeavesAsync();
        var inspection = _pair.Inspect();
        var look = await inspection.LookAsync(inspection.Whole, Cancel);
        var steps = 0;
        while (look.Leaf is null)
        {
            Assert.InRange(look.Parts.Count, 2, TreeInspection.PartsMax);
            Assert.Equal(rows, look.Parts.Count == 0 || steps > 0 ? rows : look.Left.Count);
            look = await inspection.LookAsync(Assert.Single(look.Parts, static part => !part.IsEqual).Range, Cancel);
            steps++;
        }

        var row = Assert.Single(look.Leaf.Rows);
        Assert.Equal(1, look.Leaf.Different);
        Assert.Equal(Key(0), row.Key);
        Assert.Equal(90, row.Right!.Value.Newest);
        Assert.Equal(rows > 1, steps > 0);
        var (left, right) = await inspection.RowAsync(row.Key, Cancel);
        Assert.Equal(Value(90, "newer there"), right);
        Assert.NotEqual(left, right);
    }

    [Fact]
    public async Task Equal_replicas_have_equal_parts_and_nothing_is_changed_by_looking()
    {
        await BothAsync(2_000);
        await ReadLeavesAsync();
        var inspection = _pair.Inspect();

        var look = await inspection.LookAsync(inspection.Whole, Cancel);

        Assert.All(look.Parts, static part => Assert.True(part.IsEqual));
        Assert.Equal((2_000, look.Left), (look.Left.Count, look.Right));
        Assert.Equal(2_000, look.Parts.Sum(static part => part.Left.Count));
    }

    [Fact]
    public async Task A_row_that_nobody_has_is_none_on_both()
    {
        Assert.Equal((null, null), await _pair.Inspect().RowAsync(Key(5), Cancel));
    }

    [Fact]
    public async Task A_peer_that_talks_nonsense_is_not_believed()
    {
        await BothAsync(3);
        _pair.Lie = static (_, _) => [1, 2, 3];
        var inspection = _pair.Inspect();
        await Assert.ThrowsAsync<MalformedDataException>(() => inspection.LookAsync(inspection.Whole, Cancel));
    }

    [Fact]
    public void Of_many_rows_that_differ_some_are_named_and_all_are_counted()
    {
        var left = Enumerable.Range(0, 9).Select(static i => Summary(i, 1)).ToList();
        var right = Enumerable.Range(1, 9).Select(static i => Summary(i, i == 5 ? 1UL : 2UL)).ToList();

        var leaf = TreeCuts.Compare(left, right, rowsMax: 3);

        Assert.Equal((9, 9, 9, 3), (leaf.Left, leaf.Right, leaf.Different, leaf.Rows.Count));
        Assert.Equal((true, false), (leaf.Rows[0].Left is not null, leaf.Rows[0].Right is not null));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(17, 4)]
    public void Pieces_are_put_together_without_a_gap(int count, int expected)
    {
        var pieces = Enumerable.Range(0, count).Select(static i => new KeyRange([(byte)i], [(byte)(i + 1)])).ToList();

        var groups = TreeCuts.Group(pieces, 4);

        Assert.Equal(expected, groups.Count);
        Assert.All(groups, static group => Assert.Single(group));
        Assert.Equal(Enumerable.Range(0, expected - 1).Select(i => groups[i][0].Upper), Enumerable.Range(1, expected - 1).Select(i => groups[i][0].Lower));
        Assert.Equal((0, count), (groups[0][0].Lower[0], groups[^1][0].Upper[0]));
    }

    [Fact]
    public void What_one_does_not_know_is_not_equal()
    {
        var known = new RangeHash(true, 7, 1, false);
        Assert.False(new TreePart(default, known, RangeHash.Unknown).IsEqual);
        Assert.False(new TreePart(default, RangeHash.Unknown, RangeHash.Unknown).IsEqual);
        Assert.True(new TreePart(default, known, known).IsEqual);
        Assert.False(TreeCuts.Sum([known, RangeHash.Unknown]).IsKnown);
        Assert.Equal(2, TreeCuts.Sum([known, known]).Count);
    }

    private static RowSummary Summary(int key, ulong digest) => new([(byte)key], digest, 5, false, false);

    private async Task BothAsync(int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            await _pair.Local.WriteAsync((Key(i), Value(5, "the same")));
            await _pair.Peer.WriteAsync((Key(i), Value(5, "the same")));
        }
    }

    private async Task ReadLeavesAsync()
    {
        await _pair.Local.ReadLeavesAsync();
        await _pair.Peer.ReadLeavesAsync();
    }
}
