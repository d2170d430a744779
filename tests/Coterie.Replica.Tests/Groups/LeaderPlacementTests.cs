using System.Collections.Immutable;
using Coterie.Model.Ids;
using Coterie.Replica.Groups;

namespace Coterie.Replica.Tests.Groups;

/// <summary>When a leader hands over, and to whom.</summary>
public sealed class LeaderPlacementTests
{
    private const int First = 20;
    private const int AfterAttempt = 600;
    private static readonly ImmutableArray<NodeId> Nodes = [.. Enumerable.Range(1, 3).Select(static number => new NodeId(new Guid(number, 0, 0, new byte[8])))];

    [Fact]
    public void Groups_prefer_each_of_their_members_about_as_often()
    {
        var preferred = Enumerable.Range(0, 3_000)
            .Select(static i => ReplicaGroup(i)).CountBy(static group => LeaderPlacement.PreferredOf(group, 3)).ToDictionary();
        Assert.All([0, 1, 2], member => Assert.InRange(preferred[member], 900, 1_100));
    }

    [Fact]
    public void Who_leads_hands_over_to_the_one_that_is_named_once_it_has_led_for_a_while()
    {
        var placement = Placement(named: 2, self: 0);
        Assert.Equal(First, TicksUntil(placement, 2, isUnable: false, static member => member == 2));
    }

    [Fact]
    public void The_one_that_is_named_keeps_it() => Assert.Null(TicksUntil(Placement(named: 0, self: 0), null, isUnable: false, static _ => true));

    [Fact]
    public void To_nobody_that_could_not_lead() => Assert.Null(TicksUntil(Placement(named: 2, self: 0), null, isUnable: false, static member => member == 1));

    [Fact]
    public void After_an_attempt_the_next_one_is_far_off()
    {
        var placement = Placement(named: 2, self: 0);
        TicksUntil(placement, 2, isUnable: false, static _ => true);
        Assert.Equal(AfterAttempt, TicksUntil(placement, 2, isUnable: false, static _ => true));
    }

    [Fact]
    public void Who_cannot_do_its_work_for_a_while_hands_over_to_anybody_that_can()
    {
        var placement = Placement(named: 0, self: 0);
        Assert.Equal(First, TicksUntil(placement, 1, isUnable: true, static _ => true));
    }

    [Fact]
    public void Who_was_unable_for_a_moment_only_goes_on()
    {
        var placement = Placement(named: 0, self: 0);
        for (var tick = 0; tick < 10 * First; tick++)
        {
            Assert.Null(placement.Next(isUnable: tick % First != 0, static _ => true));
        }
    }

    [Fact]
    public void Who_did_not_lead_for_a_moment_begins_anew()
    {
        var placement = Placement(named: 2, self: 0);
        for (var tick = 0; tick < First - 1; tick++)
        {
            Assert.Null(placement.Next(isUnable: false, static _ => true));
        }

        placement.Rest();
        Assert.Equal(First, TicksUntil(placement, 2, isUnable: false, static _ => true));
    }

    private static GroupId ReplicaGroup(int number) =>
        Cluster.Ring.ReplicaGroup.IdOf([.. Nodes[..2], new NodeId(new Guid(number, 1, 0, new byte[8]))]);

    /// <summary>Of a member <paramref name="self"/> of a group whose id names <paramref name="named"/>.</summary>
    private static LeaderPlacement Placement(int named, int self) => new(new GroupId(30UL + (ulong)named), Nodes, self);

    /// <summary>Ticks that pass before it hands over, to <paramref name="target"/>; null: it does not, for long.</summary>
    private static int? TicksUntil(LeaderPlacement placement, int? target, bool isUnable, Func<int, bool> couldLead)
    {
        for (var ticks = 0; ticks < 3 * AfterAttempt; ticks++)
        {
            if (placement.Next(isUnable, couldLead) is { } found)
            {
                Assert.Equal(target, found);
                return ticks;
            }
        }

        return null;
    }
}
