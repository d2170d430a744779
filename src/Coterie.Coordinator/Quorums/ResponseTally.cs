using System.Runtime.InteropServices;
using Coterie.Cluster.Ring;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Quorums;

/// <summary>
/// Counts answers against a requirement. Pure; reused from request to request. Replicas are known by their slot, the index in the replica set.
/// </summary>
/// <remarks>
/// A requirement is one group of replicas of which so many must answer, or for EACH_QUORUM one group for each data centre. LOCAL levels have
/// one group that leaves out everyone elsewhere. Under SimpleStrategy, which knows no data centres, EACH_QUORUM is QUORUM, as in Cassandra.
/// Invariant, for each group: acknowledged ≤ possible ≤ alive, and alive − failed ≥ possible.
/// </remarks>
internal sealed class ResponseTally
{
    private const int Nowhere = -1;

    private readonly List<int> _groupOf = [];
    private readonly List<Group> _groups = [];

    /// <summary>How many must answer in all.</summary>
    public int Required { get; private set; }

    /// <summary>Failures among those that count, and how many of these were refusals for lack of room.</summary>
    public int Failed { get; private set; }

    public int Overloaded { get; private set; }

    /// <summary>How many have answered that were needed: never more than required, also not when one data centre has answered twice over.</summary>
    public int Answered
    {
        get
        {
            var answered = 0;
            foreach (var group in _groups)
            {
                answered += Math.Min(group.Acknowledged, group.Required);
            }

            return answered;
        }
    }

    public bool IsMet
    {
        get
        {
            foreach (var group in _groups)
            {
                if (group.Acknowledged < group.Required)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>False when too few are left that may still answer.</summary>
    public bool CanBeMet
    {
        get
        {
            foreach (var group in _groups)
            {
                if (group.Possible < group.Required)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>True when the failures alone leave too few, whatever the others do.</summary>
    public bool FailuresForbid
    {
        get
        {
            foreach (var group in _groups)
            {
                if (group.Failed > 0 && group.Alive - group.Failed < group.Required)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <param name="alive">By slot: who is worth asking.</param>
    public void Begin(ReplicaSet replicas, ReplicationStrategy strategy, ReplicaRequirement requirement, ReadOnlySpan<bool> alive)
    {
        _groups.Clear();
        _groupOf.Clear();
        Failed = Overloaded = 0;
        if (requirement.Scope == RequirementScope.EachDatacenter && strategy is NetworkTopologyStrategy topology)
        {
            BeginEach(replicas, topology);
        }
        else
        {
            BeginOne(replicas, requirement);
        }

        Required = 0;
        foreach (var group in _groups)
        {
            Required += group.Required;
        }

        for (var slot = 0; slot < alive.Length; slot++)
        {
            if (alive[slot] && Counts(slot))
            {
                ref var group = ref GroupOf(slot);
                group.Alive++;
                group.Possible++;
            }
        }
    }

    public bool Counts(int slot) => _groupOf[slot] != Nowhere;

    /// <summary>True if not even everyone alive would do: what was required, and how many are alive, where it falls short.</summary>
    public bool IsUnavailable(out int required, out int alive)
    {
        foreach (var group in _groups)
        {
            if (group.Alive < group.Required)
            {
                required = group.Required;
                alive = group.Alive;
                return true;
            }
        }

        required = alive = 0;
        return false;
    }

    /// <summary>Whether the answer of this replica is still wanted, if <paramref name="chosen"/> (by group) have been asked. For picking whom to ask.</summary>
    public bool Wants(int slot, Span<int> chosen)
    {
        var group = _groupOf[slot];
        if (group == Nowhere || chosen[group] >= _groups[group].Required)
        {
            return false;
        }

        chosen[group]++;
        return true;
    }

    /// <summary>Whether another answer of this replica's group would be of use.</summary>
    public bool Needs(int slot) => Counts(slot) && GroupOf(slot).Acknowledged < GroupOf(slot).Required;

    /// <summary>Whether the one's answer can stand for the other's.</summary>
    public bool SameGroup(int slot, int other) => _groupOf[slot] == _groupOf[other];

    public int GroupCount => _groups.Count;

    public void Acknowledge(int slot)
    {
        if (Counts(slot))
        {
            GroupOf(slot).Acknowledged++;
        }
    }

    /// <summary>It said that it could not.</summary>
    public void Fail(int slot, bool overloaded)
    {
        if (Counts(slot))
        {
            ref var group = ref GroupOf(slot);
            group.Failed++;
            group.Possible--;
            Failed++;
            Overloaded += overloaded ? 1 : 0;
        }
    }

    /// <summary>It said nothing, and will not any more.</summary>
    public void Lose(int slot)
    {
        if (Counts(slot))
        {
            GroupOf(slot).Possible--;
        }
    }

    private void BeginOne(ReplicaSet replicas, ReplicaRequirement requirement)
    {
        _groups.Add(new Group { Required = requirement.Count });
        var local = requirement.Scope == RequirementScope.LocalDatacenter;
        for (var slot = 0; slot < replicas.Count; slot++)
        {
            _groupOf.Add(!local || replicas.LocalIndexes.Contains(slot) ? 0 : Nowhere);
        }
    }

    private void BeginEach(ReplicaSet replicas, NetworkTopologyStrategy topology)
    {
        for (var slot = 0; slot < replicas.Count; slot++)
        {
            _groupOf.Add(Nowhere);
        }

        foreach (var (datacenter, factor) in topology.ReplicationFactors)
        {
            if (factor == 0)
            {
                continue;
            }

            for (var slot = 0; slot < replicas.Count; slot++)
            {
                if (string.Equals(replicas.Datacenters[slot], datacenter, StringComparison.Ordinal))
                {
                    _groupOf[slot] = _groups.Count;
                }
            }

            _groups.Add(new Group { Required = ReplicaCounts.Majority(factor) });
        }
    }

    private ref Group GroupOf(int slot) => ref CollectionsMarshal.AsSpan(_groups)[_groupOf[slot]];

    private struct Group
    {
        public int Required;
        public int Alive;
        public int Possible;
        public int Acknowledged;
        public int Failed;
    }
}
