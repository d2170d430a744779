using Coterie.Host.Admin;
using Coterie.WebConsole.Cluster;

namespace Coterie.WebConsole.Tests.Cluster;

public sealed class RingLayoutTests
{
    [Fact]
    public void Neighbours_of_one_owner_are_one_arc_and_what_is_behind_the_last_token_is_the_first_ones()
    {
        var ring = Assert.Single(RingLayout.Of(new RingReport("c", 1, [Moments.Owner(1, "dc1", Moments.Token(0.25), Moments.Token(0.5)), Moments.Owner(2, "dc1", Moments.Token(0.75))])));

        Assert.Equal([new RingArc(Moments.Id(1), 0, 0.5), new RingArc(Moments.Id(2), 0.5, 0.75), new RingArc(Moments.Id(1), 0.75, 1)], ring.Arcs);
        Assert.Equal([(Moments.Id(1), 0.75), (Moments.Id(2), 0.25)], ring.Owners.Select(static owner => (owner.Node, owner.Ownership)));
        Assert.Equal([[Moments.Token(0.25), Moments.Token(0.5)], [Moments.Token(0.75)]], ring.Owners.Select(static owner => owner.Tokens));
    }

    [Fact]
    public void Each_data_centre_has_a_whole_ring_of_its_own()
    {
        var rings = RingLayout.Of(new RingReport("c", 1, [Moments.Owner(1, "west", Moments.Token(0.25)), Moments.Owner(2, "east", Moments.Token(0.5)), Moments.Owner(3, "east", Moments.Token(0.9))]));

        Assert.Equal(["east", "west"], rings.Select(static ring => ring.Datacenter));
        Assert.Equal(1, Assert.Single(rings[1].Owners).Ownership);
        Assert.Equal(0.6, rings[0].Owners[0].Ownership, 6);
    }

    [Fact]
    public void However_many_tokens_there_are_the_arcs_are_few_cover_the_ring_and_the_shares_stay_exact()
    {
        var random = new Random(7);
        var nodes = Enumerable.Range(1, 9).Select(i => Moments.Owner(i, "dc1", [.. Enumerable.Range(0, 256).Select(_ => random.NextInt64(long.MinValue, long.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture))])).ToList();

        var ring = Assert.Single(RingLayout.Of(new RingReport("c", 1, nodes)));

        Assert.InRange(ring.Arcs.Count, 9, RingLayout.ArcsMax);
        Assert.Equal(0, ring.Arcs[0].From);
        Assert.Equal(1, ring.Arcs[^1].To);
        Assert.All(ring.Arcs.Zip(ring.Arcs.Skip(1)), static pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.All(ring.Arcs.Zip(ring.Arcs.Skip(1)), static pair => Assert.NotEqual(pair.First.Node, pair.Second.Node));
        Assert.Equal(1, ring.Owners.Sum(static owner => owner.Ownership), 9);
    }

    [Fact]
    public void A_node_without_tokens_owns_nothing_and_one_that_is_no_token_is_passed_over()
    {
        var ring = Assert.Single(RingLayout.Of(new RingReport("c", 1, [Moments.Owner(1, "dc1"), Moments.Owner(2, "dc1", "nonsense", "-5")])));

        Assert.Equal([0, 1], ring.Owners.Select(static owner => owner.Ownership));
        Assert.Equal([new RingArc(Moments.Id(2), 0, 1)], ring.Arcs);
        Assert.Empty(Assert.Single(RingLayout.Of(new RingReport("c", 1, [Moments.Owner(1, "dc1")]))).Arcs);
        Assert.Empty(RingLayout.Of(new RingReport("c", 1, [])));
    }
}
