using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Replica.Deletes;

namespace Coterie.Replica.Tests.Deletes;

/// <summary>When a node may throw its store away: only if the others have what it holds.</summary>
public sealed class OthersHaveAllTests
{
    private static readonly NodeId[] Nodes = [.. Enumerable.Range(1, 3).Select(i => new NodeId(new Guid(i, 0, 0, new byte[8])))];

    private readonly GroupState _fresh = GroupState.Fresh([.. Nodes]);

    [Fact]
    public void Where_nobody_has_lost_anything_they_have()
    {
        Assert.True(_fresh.OthersHaveAll(Nodes[0]));
        Assert.True(_fresh.WithLoss(Nodes[0], 1_000).OthersHaveAll(Nodes[0]));
    }

    [Fact]
    public void A_group_of_one_has_no_others() => Assert.False(GroupState.Fresh([Nodes[0]]).OthersHaveAll(Nodes[0]));

    [Fact]
    public void One_that_has_lost_its_writes_has_them_back_when_it_has_exchanged_with_everybody_since()
    {
        var before = Exchanged(Exchanged(Exchanged(_fresh, 0, 1), 1, 2), 0, 2);
        var lost = before with { Deletes = before.Deletes.Lost(1, 1_000) };
        Assert.False(lost.OthersHaveAll(Nodes[0]));
        Assert.False(Exchanged(lost, 0, 2).OthersHaveAll(Nodes[0]));
        Assert.False(Exchanged(lost, 0, 1).OthersHaveAll(Nodes[0]));
        Assert.False(Exchanged(lost, 1, 2).OthersHaveAll(Nodes[0]));
        Assert.True(Exchanged(Exchanged(lost, 0, 1), 1, 2).OthersHaveAll(Nodes[0]));
    }

    private static GroupState Exchanged(GroupState state, int left, int right) =>
        state with { Deletes = state.Deletes.Exchanged(left, right, new FormationTime(5), state.Deletes.Cuts.Incarnations()) };
}
