using System.Buffers.Binary;
using Coterie.Storage.Trees;
using CsCheck;

namespace Coterie.Storage.Tests.Trees;

/// <summary>The index against a sorted list.</summary>
public sealed class LeafIndexTests
{
    private const uint Table = 7;

    [Fact]
    public void It_finds_what_a_sorted_list_finds_whatever_was_cut_and_joined() => Gen.Int.Sample(Check, iter: 60);

    [Fact]
    public void A_table_without_records_is_one_leaf()
    {
        var index = new LeafIndex(Table, []);
        Assert.Equal(1, index.Count);
        Assert.Same(index.First, index.Find(Key(5)));
        Assert.Null(index.After(index.First));
    }

    [Fact]
    public void A_table_whose_first_record_is_lost_gets_one_to_be_read()
    {
        var index = new LeafIndex(Table, [Leaf.Clean(Key(5), 1, 2, 3)]);
        Assert.Equal(2, index.Count);
        Assert.False(index.First.IsClean);
        Assert.Same(index.First, index.Find(Key(4)));
        Assert.True(index.Find(Key(5)).IsClean);
    }

    private static void Check(int seed)
    {
        var random = new Random(seed);
        var model = new SortedList<byte[], Leaf>(Comparer<byte[]>.Create(static (one, other) => one.AsSpan().SequenceCompareTo(other)));
        foreach (var start in Enumerable.Range(0, random.Next(2_000)).Select(_ => Key(random.Next(100_000))).Prepend(First()))
        {
            model[start] = Leaf.Dirty(start);
        }

        var index = new LeafIndex(Table, model.Values);
        for (var turn = 0; turn < 50; turn++)
        {
            Replace(random, model, index);
            AssertFinds(random, model, index);
        }

        Assert.Equal(model.Values, index.All());
        Assert.Equal(model.Count, index.Count);
    }

    private static void Replace(Random random, SortedList<byte[], Leaf> model, LeafIndex index)
    {
        var at = random.Next(model.Count);
        var old = model.Values[at];
        var starts = new SortedSet<byte[]>(model.Comparer);
        if (at == 0 || random.Next(3) > 0)
        {
            starts.Add(old.Start);
        }

        // Cut anywhere up to the next one; or, with none, joined to the one before.
        var from = at == 0 ? 0 : BinaryPrimitives.ReadInt64BigEndian(old.Start.AsSpan(4));
        var to = at + 1 < model.Count ? BinaryPrimitives.ReadInt64BigEndian(model.Keys[at + 1].AsSpan(4)) : 200_000;
        for (var cuts = random.Next(4) == 0 ? random.Next(1_500) : random.Next(3); cuts > 0 && to - from > 1; cuts--)
        {
            starts.Add(Key(random.NextInt64(from + 1, to)));
        }

        var leaves = starts.Select(static start => Leaf.Dirty(start)).ToList();
        index.Replace(old, leaves);
        model.RemoveAt(at);
        leaves.ForEach(leaf => model.Add(leaf.Start, leaf));
        Assert.Equal(leaves.Contains(old), index.Contains(old));
    }

    private static void AssertFinds(Random random, SortedList<byte[], Leaf> model, LeafIndex index)
    {
        var key = Key(random.Next(210_000));
        var upper = Key(random.Next(210_000));
        var at = model.Keys.TakeWhile(start => start.AsSpan().SequenceCompareTo(key) <= 0).Count() - 1;
        Assert.Same(model.Values[at], index.Find(key));
        Assert.Same(at + 1 < model.Count ? model.Values[at + 1] : null, index.After(model.Values[at]));
        var covering = model.Values.Skip(at).TakeWhile(leaf => leaf.Start.AsSpan().SequenceCompareTo(upper) < 0);
        Assert.Equal(covering, index.Covering(key, upper));
    }

    private static byte[] First() => Key(0)[..4];

    private static byte[] Key(long number)
    {
        var key = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(key, Table);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(4), number);
        return key;
    }
}
