using System.Globalization;

namespace Coterie.Model.Quorum;

/// <summary>What reads, or writes, were asked to need: a number of replicas, or a level of CQL.</summary>
/// <param name="Level">The level that was named; null: a number was.</param>
public sealed record QuorumSide(RequestQuorum Quorum, ConsistencyLevel? Level)
{
    /// <summary>As it was asked for: <c>2</c>, <c>LOCAL_QUORUM</c>.</summary>
    public string Text => Level is { } level ? ConsistencyLevelNames.Format(level) : Quorum.Requirement.Count.ToString(CultureInfo.InvariantCulture);

    /// <summary>The level that stands for it in CQL: the one named, or the most usual one that means this number; null: none does.</summary>
    public ConsistencyLevel? CqlLevel
    {
        get
        {
            var names = ConsistencyLevelNames.Naming(Quorum.Layout, Quorum.Requirement, Quorum.Datacenter);
            return Level ?? (names.Count == 0 ? null : names[0]);
        }
    }

    /// <summary>The same, asked from a data centre: a local majority is another number there.</summary>
    public RequestQuorum From(int datacenter) => new(
        Quorum.Layout,
        Level is { } level ? ReplicaCounts.For(level, Quorum.Layout.ByName, Quorum.Layout.Datacenters[datacenter].Name) : Quorum.Requirement,
        datacenter);

    /// <param name="letter">R or W, for what is said of it.</param>
    public static bool TryParse(string text, char letter, ReplicaLayout layout, int datacenter, out QuorumSide? side, out string? problem)
    {
        side = null;
        problem = null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
        {
            problem = Problem(count, letter, layout);
            side = problem is null ? new QuorumSide(new RequestQuorum(layout, new ReplicaRequirement(RequirementScope.Anywhere, count), datacenter), null) : null;
            return problem is null;
        }

        if (!ConsistencyLevelNames.TryParse(text, out var level))
        {
            problem = $"{letter} is a number of replicas or one of {ConsistencyLevelNames.All}, not '{Quoted.Of(text)}'";
            return false;
        }

        problem = Problem(level, letter, layout);
        if (problem is null)
        {
            var requirement = ReplicaCounts.For(level, layout.ByName, layout.Datacenters[datacenter].Name);
            side = new QuorumSide(new RequestQuorum(layout, requirement, datacenter), level);
        }

        return problem is null;
    }

    private static string? Problem(int count, char letter, ReplicaLayout layout) =>
        count == 0 && letter == 'W' ? "W = 0 would acknowledge a write that no replica has; W must be at least 1"
        : count == 0 ? "R = 0 would answer a read without asking any replica; R must be at least 1"
        : count < 0 || count > layout.Replicas ? $"{letter} must be from 1 to {layout.Replicas}, the number of replicas, not {count}"
        : null;

    private static string? Problem(ConsistencyLevel level, char letter, ReplicaLayout layout) => level switch
    {
        ConsistencyLevel.Any when letter == 'R' => "ANY is a level of writes only: a hint can take a write, but cannot answer a read",
        ConsistencyLevel.Serial or ConsistencyLevel.LocalSerial => $"{ConsistencyLevelNames.Format(level)} is a level of conditional writes and names no number of replicas",
        ConsistencyLevel.Two when layout.Replicas < 2 => "TWO needs two replicas, and N is 1",
        ConsistencyLevel.Three when layout.Replicas < 3 => $"THREE needs three replicas, and N is {layout.Replicas}",
        _ => null,
    };
}
