using System.Buffers.Binary;
using Coterie.Storage.Trees;

namespace Coterie.Storage.Tests.Trees;

/// <summary>Walks over many leaves, between the steps of which leaves come and go.</summary>
public sealed class LeafSurveyTests
{
    private static readonly byte[] First = Start()[..sizeof(uint)];
    private static readonly byte[] End = TreeLeaves.EndOfTable(TreeStore.Table);
    private readonly SortedDictionary<uint, LeafIndex> _tables = [];
    private readonly LeafSurvey _survey;
    private Action<LeafIndex>? _betweenSteps;
    private int _steps;

    public LeafSurveyTests() => _survey = new LeafSurvey(new Lock(), _tables, table =>
    {
        if (++_steps > 1)
        {
            _betweenSteps?.Invoke(_tables[table]);
        }

        return _tables[table];
    });

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(2_000)]
    public void All_leaves_are_added_up_once(int leaves)
    {
        Fill(leaves);
        var unread = new List<LeafView>();
        Assert.True(_survey.TrySummarize(First, End, 0, out var hash, out var count, unread));
        Assert.Empty(unread);
        Assert.Equal(((UInt128)leaves, 2L * leaves), (hash, count));
        Assert.Equal(new TableLeaves(leaves, 0, 2L * leaves), _survey.Describe(TreeStore.Table));
        Assert.Equal(default, _survey.Describe(TreeStore.Table + 1));
        Assert.Equal(leaves, _survey.BasisOf(First, End).Leaves.Count);
        Assert.Equal(leaves, _survey.Unswept(First, End, horizon: 6, max: int.MaxValue).Count);
        Assert.Empty(_survey.Unswept(First, End, horizon: 5, max: int.MaxValue));
    }

    [Fact]
    public void What_lies_partly_outside_of_the_range_is_to_be_read()
    {
        Fill(2_000);
        var unread = new List<LeafView>();
        Assert.True(_survey.TrySummarize([.. Start(10), 1], [.. Start(1_500), 1], 1_000, out var hash, out _, unread));
        Assert.Equal(1_489, (int)hash);
        Assert.Equal([[.. Start(10), 1], Start(1_500)], unread.Select(static view => view.Start));
        Assert.False(_survey.TrySummarize([.. Start(10), 1], [.. Start(1_500), 1], 1, out _, out _, []));
    }

    [Fact]
    public void A_leaf_that_was_joined_with_the_one_before_is_read_from_where_the_walk_was()
    {
        Fill(1_000);
        _betweenSteps = index =>
        {
            _betweenSteps = null;
            index.Replace(index.Find(Start(256)), []);
        };
        var unread = new List<LeafView>();
        Assert.True(_survey.TrySummarize(First, End, 1_000, out var hash, out _, unread));
        Assert.Equal(999, (int)hash);
        var view = Assert.Single(unread);
        Assert.Equal([Start(256), Start(257)], [view.Start, view.End]);
    }

    [Fact]
    public void A_leaf_that_is_cut_behind_the_walk_is_added_up_as_it_was_and_before_it_as_it_is()
    {
        Fill(1_000);
        _betweenSteps = index =>
        {
            _betweenSteps = null;
            Cut(index, 5);
            Cut(index, 900);
        };
        Assert.True(_survey.TrySummarize(First, End, 1_000, out var hash, out _, []));
        Assert.Equal(1_001, (int)hash);

        static void Cut(LeafIndex index, int at) =>
            index.Replace(index.Find(Start(at)), [Leaf.Clean(Start(at), 1, 2, 5), Leaf.Clean([.. Start(at), 7], 1, 2, 5)]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(10, 9)]
    [InlineData(64, 63)]
    [InlineData(65, 63)]
    [InlineData(100_000, 63)]
    public void A_range_is_cut_about_evenly(int leaves, int expected)
    {
        Fill(leaves);
        var cuts = _survey.Cut(First, End, max: 63);
        Assert.Equal(expected, cuts.Count);
        var bounds = cuts.Select(static cut => (int)BinaryPrimitives.ReadInt64BigEndian(cut.AsSpan(sizeof(uint)))).Prepend(0).Append(leaves).ToList();
        var sizes = bounds.Zip(bounds.Skip(1), static (lower, upper) => upper - lower).ToList();
        Assert.InRange(sizes.Min(), 1, leaves);
        Assert.InRange(sizes.Max(), 1, Math.Max(2, leaves / 64 * 11 / 10));
    }

    private void Fill(int leaves) => _tables[TreeStore.Table] = new LeafIndex(
        TreeStore.Table, Enumerable.Range(0, leaves).Select(static number => Leaf.Clean(number == 0 ? First : Start(number), 1, 2, oldestPurgeable: 5)));

    private static byte[] Start(int number = 0) => TreeStore.Key(number);
}
