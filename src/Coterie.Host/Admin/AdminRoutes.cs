using System.Text.Json;
using Coterie.Cluster.Membership;
using Coterie.Host.Admin.Trees;
using Coterie.Host.Configuration;
using Coterie.Host.Network;
using Coterie.Model.Ids;
using Coterie.Server;
using Coterie.Storage;

namespace Coterie.Host.Admin;

/// <summary>What the admin address answers, by path.</summary>
internal static class AdminRoutes
{
    public static SortedDictionary<string, AdminRoute> Create(CoterieNode node, HostOptions options, IStorageEngine engine, NodeMeter meter, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var routes = new SortedDictionary<string, AdminRoute>(StringComparer.Ordinal)
        {
            ["/healthz"] = (_, _) => new(new AdminAnswer(200, AdminAnswer.PlainText, "ok\n")),
            ["/readyz"] = (_, _) => new(Ready(node)),
            ["/metrics"] = (_, _) => new(meter.Export()),
            ["/api/status"] = (_, _) => new(Json(
                JsonSerializer.Serialize(Status(node, engine, time, started), AdminJson.Default.StatusReport))),
            ["/api/ring"] = (_, _) => new(Json(
                JsonSerializer.Serialize(ClusterReports.Ring(node.Metadata, Opinions(node)), AdminJson.Default.RingReport))),
        };
        new TreeRoutes(node, options.Datacenter).AddTo(routes);
        return routes;
    }

    public static SortedDictionary<string, AdminJob> CreateJobs(CoterieNode node, HostOptions options, PeerCable? cable, TimeProvider time)
    {
        var repairs = new RepairJobs(() => node.Repair, () => node.Metadata);
        return new SortedDictionary<string, AdminJob>(StringComparer.Ordinal)
        {
            ["/repair"] = new AdminJob { Begin = body => new(repairs.Begin(body)), Follow = repairs.Follow },
            ["/accept-loss"] = new AdminJob { Begin = new LossAcceptance(node).AcceptAsync },
            ["/lab/diverge"] = new AdminJob { Begin = new LabDivergence(node, options.IsLab, time).DivergeAsync },
            ["/lab/cable"] = new AdminJob { Begin = new LabCable(cable).SetAsync },
        };
    }

    private static StatusReport Status(CoterieNode node, IStorageEngine engine, TimeProvider time, long started)
    {
        var report = ClusterReports.Status(
            node.Metadata, Opinions(node), node.Id, Environment.ProcessId, node.IsServing, time.GetElapsedTime(started), engine.ApproximateBytes(),
            node.HintsWaiting, time.GetUtcNow());
        return report with
        {
            Tables = ClusterReports.Tables(node.Metadata, node.Repair?.Pairs() ?? [], time.GetUtcNow()),
            Groups = ClusterReports.Groups(node.Groups),
        };
    }

    private static AdminAnswer Ready(CoterieNode node)
    {
        if (!node.IsServing)
        {
            return new AdminAnswer(503, AdminAnswer.PlainText, "not ready: clients are not served yet\n");
        }

        return ClusterReports.SeesMajority(node.Metadata, Opinions(node))
            ? new AdminAnswer(200, AdminAnswer.PlainText, "ready\n")
            : new AdminAnswer(503, AdminAnswer.PlainText, "not ready: fewer than a majority of the nodes are seen alive\n");
    }

    private static AdminAnswer Json(string body) => new(200, AdminAnswer.Json, body);

    private static ILiveness Opinions(CoterieNode node) => node.Liveness as ILiveness ?? new OnlySelf(node);

    /// <summary>Before failure detection runs.</summary>
    private sealed class OnlySelf(CoterieNode node) : ILiveness
    {
        public event Action<NodeId, bool>? Changed
        {
            add { }
            remove { }
        }

        public bool IsAlive(NodeId other) => other == node.Id;
    }
}
