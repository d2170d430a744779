using Coterie.WebConsole.Repair;

namespace Coterie.WebConsole.Tests.Repair;

public sealed class TreeDescentTests
{
    [Fact]
    public void The_first_part_that_differs_is_next_and_the_leaf_is_the_end()
    {
        var whole = TreeDescent.Begin(Trees.Whole(2));
        Assert.Equal(("00000002", false), (whole.Next!.Lower, whole.IsEqual));
        Assert.Equal("The whole table: 1 of 4 parts differs. What is equal need not be looked into.", whole.Sentence());

        var leaf = whole.Down(Trees.Leaf(1));

        Assert.Equal((true, true), (leaf.IsAtLeaf, leaf.Next is null));
        Assert.Equal("This is one leaf, of 500 and 500 rows: 1 differs.", leaf.Sentence());
        Assert.Equal([2, -1], leaf.Chosen);
        Assert.Equal(whole.Sentence(), leaf.Up().Sentence());
        Assert.Same(whole, whole.Up());
    }

    [Fact]
    public void Where_all_is_equal_there_is_nowhere_to_go()
    {
        var whole = TreeDescent.Begin(Trees.Whole(-1));
        Assert.Equal((true, true, "The same on both: 2000 rows, one hash."), (whole.IsEqual, whole.Next is null, whole.Sentence()));
        Assert.Equal("This is one leaf, and its 500 rows are the same on both.", TreeDescent.Begin(Trees.Leaf(0)).Sentence());
        Assert.Equal("The two keep nothing of this table together.", TreeDescent.Begin(Trees.Leaf(0) with { Leaf = null }).Sentence());
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(1, 1)]
    public void Only_a_part_that_differs_can_be_chosen(int chosen, int next)
    {
        var report = Trees.Whole(2);
        report = report with { Parts = [report.Parts[0], report.Parts[1] with { Equal = false }, report.Parts[2], report.Parts[3]] };
        Assert.Equal([next], TreeDescent.Begin(report).Choose(2).Choose(chosen).Chosen);
    }

    [Fact]
    public void It_does_not_go_on_for_ever()
    {
        var descent = TreeDescent.Begin(Trees.Whole(0));
        var steps = 0;
        while (descent.Next is not null)
        {
            descent = descent.Down(Trees.Whole(0));
            steps++;
        }

        Assert.Equal(TreeDescent.LevelsMax - 1, steps);
    }

    [Theory]
    [InlineData("shop.cart", "keyspace=shop&table=cart")]
    [InlineData(" shop.a&b ", "keyspace=shop&table=a%26b")]
    [InlineData("shop", null)]
    [InlineData("shop.", null)]
    [InlineData(".cart", null)]
    [InlineData("a.b.c", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_table_is_named_with_its_keyspace(string? text, string? query)
    {
        Assert.Equal(query is not null, TableName.TryParse(text, out var name));
        Assert.Equal(query, name?.Query);
        Assert.False(TableName.TryParse($"a.{new string('x', TableName.LengthMax)}", out _));
    }
}
