namespace Coterie.Model.Quorum;

/// <summary>
/// Where the N replicas of a key are: so many in each data centre. They are numbered from 0, data centre by data centre, so that a set of them is a
/// <see cref="NodeSet"/>.
/// </summary>
public sealed class ReplicaLayout
{
    public const int DatacentersMax = 5;
    public const int ReplicasPerDatacenterMax = 9;

    private readonly int[] _datacenterOf;
    private readonly NodeSet[] _members;

    /// <exception cref="ArgumentException">No data centre or too many, one with no replica or too many, or two of one name.</exception>
    public ReplicaLayout(IReadOnlyList<ReplicaDatacenter> datacenters)
    {
        if (Problem(datacenters) is { } problem)
        {
            throw new ArgumentException(problem, nameof(datacenters));
        }

        Datacenters = datacenters;
        Replicas = datacenters.Sum(static datacenter => datacenter.Replicas);
        _datacenterOf = [.. datacenters.SelectMany(static (datacenter, index) => Enumerable.Repeat(index, datacenter.Replicas))];
        _members = new NodeSet[datacenters.Count];
        var first = 0;
        for (var i = 0; i < datacenters.Count; i++)
        {
            _members[i] = NodeSet.Range(first, datacenters[i].Replicas);
            first += datacenters[i].Replicas;
        }

        ByName = datacenters.ToDictionary(static datacenter => datacenter.Name, static datacenter => datacenter.Replicas, StringComparer.Ordinal);
    }

    public IReadOnlyList<ReplicaDatacenter> Datacenters { get; }

    /// <summary>N.</summary>
    public int Replicas { get; }

    public NodeSet All => NodeSet.Range(0, Replicas);

    /// <summary>As <see cref="ReplicaCounts.For"/> takes it.</summary>
    public IReadOnlyDictionary<string, int> ByName { get; }

    /// <summary>One data centre, <c>dc1</c>, or several: <c>dc1</c>, <c>dc2</c> and so on.</summary>
    public static ReplicaLayout Of(params ReadOnlySpan<int> replicas)
    {
        var datacenters = new ReplicaDatacenter[replicas.Length];
        for (var i = 0; i < replicas.Length; i++)
        {
            datacenters[i] = new ReplicaDatacenter($"dc{i + 1}", replicas[i]);
        }

        return new ReplicaLayout(datacenters);
    }

    /// <summary>Why these cannot be, in a sentence; null: they can.</summary>
    public static string? Problem(IReadOnlyList<ReplicaDatacenter> datacenters) =>
        datacenters.Count is < 1 or > DatacentersMax ? $"there must be from 1 to {DatacentersMax} data centres, not {datacenters.Count}"
        : datacenters.FirstOrDefault(static datacenter => datacenter.Replicas is < 1 or > ReplicasPerDatacenterMax) is { } wrong
            ? $"N must be from 1 to {ReplicasPerDatacenterMax} in each data centre; {wrong.Name} has {wrong.Replicas}"
        : datacenters.DistinctBy(static datacenter => datacenter.Name).Count() < datacenters.Count ? "two data centres have the same name"
        : null;

    public int DatacenterOf(int node) => _datacenterOf[node];

    public NodeSet In(int datacenter) => _members[datacenter];

    /// <summary>A replica as people call it: <c>3</c> in one data centre, <c>dc2/1</c> in several.</summary>
    public string NameOf(int node)
    {
        var datacenter = _datacenterOf[node];
        var number = node - _members[datacenter].Nodes().First() + 1;
        return Datacenters.Count == 1 ? $"{number}" : $"{Datacenters[datacenter].Name}/{number}";
    }
}

public sealed record ReplicaDatacenter(string Name, int Replicas);
