using Coterie.Model.Deletes;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Deletes;

public sealed class PairCutsTests
{
    private static readonly Gen<PairCuts> OfFour = Gen.Select(Gen.Long[0, 1].Array[4], Gen.Long[0, 5].Array[6])
        .Select((incarnations, cuts) => PairCuts.From([.. incarnations], [.. cuts]));

    [Fact]
    public void The_horizon_is_the_least_cut_of_all_pairs()
    {
        var cuts = PairCuts.None(3).Raise(0, 1, new FormationTime(50)).Raise(2, 1, new FormationTime(30));
        Assert.Equal(0, cuts.Horizon.Milliseconds);
        Assert.Equal((0, 2), cuts.Slowest());

        cuts = cuts.Raise(2, 0, new FormationTime(40));
        Assert.Equal(30, cuts.Horizon.Milliseconds);
        Assert.Equal((1, 2), cuts.Slowest());
    }

    [Fact]
    public void A_cut_never_falls()
    {
        var cuts = PairCuts.None(2).Raise(0, 1, new FormationTime(50));
        Assert.Same(cuts, cuts.Raise(1, 0, new FormationTime(49)));
        Assert.Equal(50, cuts.Horizon.Milliseconds);
    }

    [Fact]
    public void A_replica_by_itself_has_a_cut_with_itself()
    {
        var cuts = PairCuts.None(1).Raise(0, 0, new FormationTime(7));
        Assert.Equal(7, cuts.Horizon.Milliseconds);
        Assert.Equal((0, 0), cuts.Slowest());
    }

    [Fact]
    public void Merging_is_a_join() => Gen.Select(OfFour, OfFour, OfFour).Sample((x, y, z) =>
    {
        Assert.Equal(x.Merge(y), y.Merge(x));
        Assert.Equal(x.Merge(y).Merge(z), x.Merge(y.Merge(z)));
        Assert.Same(x, x.Merge(x));
    });

    [Fact]
    public void Cuts_from_before_a_replica_lost_its_store_count_for_nothing()
    {
        var before = PairCuts.From([0, 0, 0], [10, 20, 30]);
        var after = before.Reborn(2, 7);
        Assert.Equal(PairCuts.From([0, 0, 7], [0, 0, 0]), after);
        Assert.Equal(after, before.Merge(after));
        Assert.Equal(PairCuts.From([0, 0, 7], [0, 0, 5]), after.Raise(1, 2, new FormationTime(5)).Merge(PairCuts.From([0, 0, 0], [15, 40, 50])));
        Assert.Same(after, after.Reborn(2, 7));
    }

    [Fact]
    public void Every_pair_has_a_place_of_its_own()
    {
        for (var members = 1; members <= 6; members++)
        {
            var places = new HashSet<string>();
            for (var left = 0; left < members; left++)
            {
                for (var right = members == 1 ? left : left + 1; right < members; right++)
                {
                    var cuts = PairCuts.None(members).Raise(left, right, new FormationTime(1));
                    Assert.Equal(cuts, PairCuts.None(members).Raise(right, left, new FormationTime(1)));
                    places.Add(string.Join(',', cuts.ToArray()));
                }
            }

            Assert.Equal(PairCuts.PairsOf(members), places.Count);
        }
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(0, 0)]
    [InlineData(2, 3)]
    public void Cuts_that_do_not_fit_the_group_are_malformed(int members, int cuts) =>
        Assert.Throws<MalformedDataException>(() => PairCuts.From([.. new long[members]], [.. new long[cuts]]));
}
