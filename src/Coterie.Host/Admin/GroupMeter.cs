using System.Diagnostics.Metrics;
using Coterie.Raft;
using Coterie.Replica.Groups;
using Coterie.Server;

namespace Coterie.Host.Admin;

/// <summary>The instruments of the groups behind leader-based keyspaces: one series for each group that the node is a member of.</summary>
internal static class GroupMeter
{
    public static void Add(Meter meter, CoterieNode node)
    {
        Gauge("leads", "Whether this node leads the group", static one => one.Role == RaftRole.Leader ? 1 : 0);
        Gauge("role", "0 follower, 1 asks whether it would be elected, 2 candidate, 3 leader", static one => (long)one.Role);
        Gauge("has_leader", "Whether this member knows of a leader", static one => one.Leader is null ? 0 : 1);
        Gauge("term", "The term that this member is in", static one => one.Term);
        Gauge("committed", "Index of the last entry known to be committed", static one => one.Committed);
        Gauge("applied", "Index of the last entry that is in the tables", static one => one.Applied);
        Gauge("log_bytes", "Bytes of the entries kept", static one => one.LogBytes);
        meter.CreateObservableCounter(
            "coterie.group_leader_changes", () => Series(node, static one => one.LeaderChanges), null, "Times that this member learnt of another leader than before");

        void Gauge(string name, string description, Func<GroupStatus, long> read) =>
            meter.CreateObservableGauge($"coterie.group_{name}", () => Series(node, read), null, description);
    }

    private static IEnumerable<Measurement<long>> Series(CoterieNode node, Func<GroupStatus, long> read) =>
        node.Groups.Select(one => new Measurement<long>(read(one), new KeyValuePair<string, object?>("group", one.Group.Id.ToString())));
}
