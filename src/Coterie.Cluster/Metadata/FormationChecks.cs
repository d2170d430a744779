using System.Net;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>What formation makes of the answers to its hellos. Pure. All problems are told at once.</summary>
internal static class FormationChecks
{
    /// <summary>Problems that no waiting will solve, among this node and those that have answered.</summary>
    public static List<string> Problems(FormationSettings settings, IReadOnlyList<(IPEndPoint Address, HelloMessage Hello)> answers)
    {
        var problems = new List<string>();
        foreach (var (address, hello) in answers)
        {
            if (hello.ClusterId != Model.Ids.ClusterId.None && !hello.KnowsReceiver && hello.MemberThere is null)
            {
                problems.Add(
                    $"{address} belongs to the cluster '{hello.ClusterName}' ({hello.ClusterId}), which was formed without this node "
                    + $"({settings.Self.Id}): joining an existing cluster is not supported yet.");
                continue;
            }

            if (!hello.Node.PeerAddress.Equals(address))
            {
                problems.Add($"The node at {address} calls itself {hello.Node.PeerAddress}: the initial list must name it as it names itself.");
            }

            if (hello.InitialList != settings.ListHash)
            {
                problems.Add($"{address} was started with another initial list than this node: all nodes need the same, in the same order.");
            }

            if (hello.ClusterName != settings.ClusterName)
            {
                problems.Add($"{address} was started with the cluster name '{hello.ClusterName}', this node with '{settings.ClusterName}'.");
            }
        }

        var all = answers.Select(answer => (answer.Address, answer.Hello.Node.Id)).Append((Address: settings.Self.PeerAddress, settings.Self.Id));
        foreach (var twins in all.GroupBy(node => node.Id).Where(group => group.Count() > 1))
        {
            problems.Add($"{string.Join(" and ", twins.Select(node => node.Address))} have the same node id, {twins.Key}: one runs on a copy of the other's data.");
        }

        return problems;
    }

    /// <summary>
    /// The member that this node was before it lost its store: a cluster knows one at its peer address. The address is this process's own, so that member is
    /// nowhere else. Null: none.
    /// </summary>
    public static NodeId? LostIdentity(IReadOnlyList<(IPEndPoint Address, HelloMessage Hello)> answers)
    {
        foreach (var (_, hello) in answers)
        {
            if (hello.ClusterId != Model.Ids.ClusterId.None && !hello.KnowsReceiver && hello.MemberThere is { } member)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>
    /// Those that have been members of a cluster and lost their stores, this node among them. One is enough that no cluster is formed: there was one, with data
    /// that its members may still hold or that an operator may restore, and a new one under its name and addresses would take its place without a word.
    /// </summary>
    public static List<IPEndPoint> FormerMembers(FormationSettings settings, IReadOnlyList<(IPEndPoint Address, HelloMessage Hello)> answers) =>
    [
        .. answers.Where(static answer => answer.Hello.HasBeenMember).Select(static answer => answer.Address)
            .Concat(settings.HasBeenMember ? [settings.Self.PeerAddress] : []),
    ];

    /// <summary>What the cluster knows this node as and what it is now must be the same: moving a member is not supported yet.</summary>
    public static List<string> MembershipProblems(FormationSettings settings, ClusterMetadata metadata)
    {
        var self = settings.Self;
        if (!metadata.Nodes.TryGetValue(self.Id, out var known))
        {
            return [$"This node ({self.Id}) is not a member of the cluster '{metadata.ClusterName}' ({metadata.ClusterId}) that its data belongs to."];
        }

        var problems = new List<string>();
        Compare("peer address", known.PeerAddress, self.PeerAddress);
        Compare("CQL address", known.CqlAddress, self.CqlAddress);
        Compare("admin address", known.AdminAddress, self.AdminAddress);
        Compare("data centre", known.Datacenter, self.Datacenter);
        Compare("rack", known.Rack, self.Rack);
        Compare("cluster name", metadata.ClusterName, settings.ClusterName);
        return problems;

        void Compare(string what, object before, object now)
        {
            if (!before.Equals(now))
            {
                problems.Add($"The {what} was {before} when the cluster was formed and is {now} now: changing it is not supported yet.");
            }
        }
    }
}
