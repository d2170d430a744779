namespace Coterie.Model.Quorum;

/// <summary>
/// What one request needs of the replicas, asked from one data centre: the quorum system of a consistency level, in the sense of Gifford (1979) and of
/// Garcia-Molina and Barbara (1985). Every level is "so many of this group, and so many of that one", with groups that have nothing in common: all
/// replicas, one data centre, or each. Everything here is exact over sets of replicas because of that, without listing any.
/// </summary>
public sealed class RequestQuorum
{
    /// <param name="datacenter">Where the coordinator is; matters to the local levels only.</param>
    /// <exception cref="ArgumentException">It needs more replicas than there are, or fewer than one.</exception>
    public RequestQuorum(ReplicaLayout layout, ReplicaRequirement requirement, int datacenter = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(datacenter);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(datacenter, layout.Datacenters.Count);
        Layout = layout;
        Requirement = requirement;
        Datacenter = datacenter;
        var here = layout.In(datacenter);
        Parts = requirement switch
        {
            { HintsCount: true } => [],
            { Scope: RequirementScope.LocalDatacenter } => [new QuorumPart(here, requirement.Count, datacenter)],
            { Scope: RequirementScope.EachDatacenter } =>
                [.. layout.Datacenters.Select((each, index) => new QuorumPart(layout.In(index), ReplicaCounts.Majority(each.Replicas), index))],
            _ => [new QuorumPart(layout.All, requirement.Count, null)],
        };
        foreach (var part in Parts)
        {
            if (part.Count < 1 || part.Count > part.Group.Count)
            {
                throw new ArgumentException($"{part.Count} of {part.Group.Count} replicas cannot be had", nameof(requirement));
            }
        }
    }

    public ReplicaLayout Layout { get; }

    public ReplicaRequirement Requirement { get; }

    public int Datacenter { get; }

    /// <summary>What must answer, all of it; empty for ANY, which a hint satisfies.</summary>
    public IReadOnlyList<QuorumPart> Parts { get; }

    /// <summary>Any replicas will do, wherever they are.</summary>
    public bool IsFree => Parts is [{ Datacenter: null }];

    /// <summary>How many replicas have answered when the request succeeds, at least.</summary>
    public int Size => Parts.Sum(static part => part.Count);

    /// <summary>The smallest sets of replicas that are enough.</summary>
    public NodeSetFamily Enough => new([Parts]);

    /// <summary>The smallest sets of replicas without which there is never enough: while all of one are down such requests fail. None for ANY.</summary>
    public NodeSetFamily Blocking =>
        new([.. Parts.Select(static IReadOnlyList<QuorumPart> (part) => [part with { Count = part.Group.Count - part.Count + 1 }])]);

    public bool IsMetBy(NodeSet alive) => Parts.All(part => part.Group.And(alive).Count >= part.Count);

    /// <summary>
    /// The chance that not enough replicas are up. Data centres are taken to fail node by node; one that fails as a whole is a chance that nobody's
    /// node availability has in it.
    /// </summary>
    /// <param name="nodeUp">The chance of each replica to be up, each by itself.</param>
    public double Unavailability(double nodeUp)
    {
        var down = 0.0;
        foreach (var part in Parts)
        {
            // 1 - (1 - a)(1 - b), without the ones.
            down += Binomial.FewerThan(part.Count, part.Group.Count, nodeUp) * (1 - down);
        }

        return down;
    }

    /// <summary>
    /// Two sets that satisfy the two requests and have as few replicas in common as can be: what a request may meet at worst. How many that are is
    /// how many it is sure to meet.
    /// </summary>
    public (NodeSet Own, NodeSet Other) WorstMeeting(RequestQuorum other)
    {
        // Whoever is bound to data centres chooses first: the one who may go anywhere can then avoid it as far as there is room. Within one group
        // all replicas are alike, so which of them the first one takes makes no difference.
        if (IsFree)
        {
            var bound = other.Choose(static (group, count) => group.Highest(count));
            return (Avoid(bound, static (group, count) => group.Lowest(count)), bound);
        }

        var own = Choose(static (group, count) => group.Lowest(count));
        return (own, other.Avoid(own, static (group, count) => group.Highest(count)));
    }

    /// <summary>How many replicas any set that satisfies this and any set that satisfies the other have in common, at least.</summary>
    public int SureToMeet(RequestQuorum other)
    {
        var (own, others) = WorstMeeting(other);
        return own.And(others).Count;
    }

    /// <summary>A smallest set that is enough, from the first of these sets as far as it goes, then from the next, then from all.</summary>
    public NodeSet Prefer(params ReadOnlySpan<NodeSet> preferred)
    {
        var chosen = NodeSet.Empty;
        foreach (var part in Parts)
        {
            var own = NodeSet.Empty;
            foreach (var set in preferred)
            {
                own = own.Or(part.Group.And(set).Except(own).Lowest(part.Count - own.Count));
            }

            chosen = chosen.Or(own).Or(part.Group.Except(own).Lowest(part.Count - own.Count));
        }

        return chosen;
    }

    private NodeSet Choose(Func<NodeSet, int, NodeSet> choose) =>
        Parts.Aggregate(NodeSet.Empty, (set, part) => set.Or(choose(part.Group, part.Count)));

    private NodeSet Avoid(NodeSet avoided, Func<NodeSet, int, NodeSet> choose) => Choose((group, count) =>
    {
        var outside = choose(group.Except(avoided), count);
        return outside.Or(choose(group.And(avoided), count - outside.Count));
    });
}
