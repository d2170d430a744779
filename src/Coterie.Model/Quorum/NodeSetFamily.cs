namespace Coterie.Model.Quorum;

/// <summary>
/// A family of sets of replicas, none of which contains another, written down by how many of which group they have: "any 2 of these 3", "any 2 of
/// these and any 2 of those", or one of several such choices. Forty-five replicas have more sets than can be listed; they never need to be.
/// </summary>
/// <param name="Choices">Each is a choice of sets: so many from each of its groups, which have no replica in common.</param>
public sealed record NodeSetFamily(IReadOnlyList<IReadOnlyList<QuorumPart>> Choices)
{
    /// <summary>How large the smallest of them is; null: there is none.</summary>
    public int? Smallest => Choices.Count == 0 ? null : Choices.Min(static parts => parts.Sum(static part => part.Count));

    /// <summary>How many sets there are.</summary>
    public long SetCount => Choices.Sum(static parts => parts.Aggregate(1L, static (product, part) => product * Binomial.Choose(part.Group.Count, part.Count)));

    /// <summary>Whether this set contains one of them.</summary>
    public bool IsWithin(NodeSet set) => Choices.Any(parts => parts.All(part => part.Group.And(set).Count >= part.Count));

    /// <summary>The sets themselves, one after the other.</summary>
    public IEnumerable<NodeSet> Sets() => Choices.SelectMany(static parts => Sets(parts, 0));

    private static IEnumerable<NodeSet> Sets(IReadOnlyList<QuorumPart> parts, int index) =>
        index == parts.Count
            ? [NodeSet.Empty]
            : Sets(parts, index + 1).SelectMany(rest => Subsets(parts[index].Group, parts[index].Count).Select(own => own.Or(rest)));

    private static IEnumerable<NodeSet> Subsets(NodeSet group, int count)
    {
        if (count == 0)
        {
            yield return NodeSet.Empty;
            yield break;
        }

        while (group.Count >= count)
        {
            var first = group.Lowest(1);
            group = group.Except(first);
            foreach (var rest in Subsets(group, count - 1))
            {
                yield return first.Or(rest);
            }
        }
    }
}
