using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Coterie.Cli.Cql;
using Coterie.Host.Admin;
using Coterie.Host.Configuration;
using Coterie.Host.Start;

namespace Coterie.Cli.Status;

/// <summary><c>coterie status</c>: the nodes, as each of them sees the others.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var contact = ReportCommands.ContactOption();
        var command = new Command("status", "Show the nodes as each node sees them") { json, contact };
        command.SetAction((result, cancellationToken) => ReportCommands.RunAsync(
            result.GetValue(contact)!, (client, admin) => RunAsync(client, admin, result.GetValue(json), cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(AdminClient client, IPEndPoint contact, bool json, CancellationToken cancellationToken)
    {
        var first = await client.GetAsync(contact, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
        var views = await Task.WhenAll(first.Nodes.Select(node => ViewAsync(client, node, first, cancellationToken)));
        var tables = TableEquality.Of(views);
        var groups = GroupView.Of(views);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new ClusterStatus(first.Cluster, first.ClusterId, views, tables, groups), StatusJson.Default.ClusterStatus));
        }
        else
        {
            Show(first, views);
            GroupTable.Show(groups);
            EqualityTable.Show(tables, [.. views.Where(static view => view.Report is null).Select(static view => view.Node.CqlAddress)]);
        }

        return ExitCodes.Success;
    }

    private static async Task<NodeView> ViewAsync(AdminClient client, PeerReport node, StatusReport first, CancellationToken cancellationToken)
    {
        try
        {
            var report = node.Id == first.Node
                ? first
                : await client.GetAsync(IPEndPoint.Parse(node.AdminAddress), "/api/status", AdminJson.Default.StatusReport, cancellationToken);
            return new NodeView(node, report.Node == node.Id ? report : null);
        }
        catch (IOException)
        {
            return new NodeView(node, null);
        }
    }

    private static void Show(StatusReport first, NodeView[] views)
    {
        var rows = new List<string[]>();
        foreach (var (node, report) in views)
        {
            // One letter for each node, in the order of the rows: what it thinks of this one.
            var seen = string.Concat(views.Select(view => Opinion(view.Report, node.Id)));
            rows.Add(
            [
                node.CqlAddress,
                node.Datacenter,
                node.Rack,
                report is null ? "no answer" : report.Ready ? "ready" : "not ready",
                seen,
                report is null ? "" : ByteSize.Describe(report.LoadBytes),
                report is null ? "" : report.Epoch.ToString(CultureInfo.InvariantCulture),
                report is null ? "" : Duration.Describe(TimeSpan.FromSeconds(report.UptimeSeconds)),
                node.Id,
            ]);
        }

        Console.WriteLine($"Cluster {first.Cluster} ({first.ClusterId})");
        ResultTable.Write(
            ResultTable.CreateConsole(!Console.IsOutputRedirected),
            [("cql", false), ("dc", false), ("rack", false), ("state", false), ("seen", false), ("load", true), ("epoch", true), ("up for", true), ("id", false)],
            rows);
        foreach (var line in views.SelectMany(view => Hints(view.Node, view.Report)))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine("seen: what each node, in the order of the rows, thinks of this one: U up, D down, ? does not answer");
    }

    private static IEnumerable<string> Hints(PeerReport node, StatusReport? report) =>
        from peer in report?.Nodes ?? []
        where peer.Hints is { Count: > 0 }
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{node.CqlAddress} keeps {peer.Hints!.Count} {(peer.Hints.Count == 1 ? "write" : "writes")} that {peer.CqlAddress} missed: {ByteSize.Describe(peer.Hints.Bytes)}, the oldest {Duration.Describe(TimeSpan.FromSeconds(peer.Hints.OldestSeconds))} old");

    private static char Opinion(StatusReport? report, string node) =>
        report?.Nodes.FirstOrDefault(peer => peer.Id == node) is { } peer ? (peer.Up ? 'U' : 'D') : '?';
}
