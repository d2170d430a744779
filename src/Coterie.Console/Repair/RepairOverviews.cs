using System.Net;
using Coterie.Host.Admin;

namespace Coterie.WebConsole.Repair;

/// <summary>Puts together what the nodes say of themselves. Pure.</summary>
internal static class RepairOverviews
{
    /// <summary>Tables that are listed; all can be looked at by name.</summary>
    public const int TablesMax = 200;

    /// <param name="places">The nodes that the console knows by name.</param>
    /// <param name="statuses">Of those that answered.</param>
    public static RepairOverview Of(IReadOnlyList<ConsoleNode> places, IReadOnlyList<StatusReport> statuses)
    {
        if (statuses.Count == 0)
        {
            return RepairOverview.Nothing;
        }

        // Who has heard most of the cluster says who is in it.
        var latest = statuses.MaxBy(static status => status.Epoch)!;
        var names = latest.Nodes.ToDictionary(static node => node.Id, node => NameOf(places, node), StringComparer.Ordinal);
        var nodes = latest.Nodes.Select(node => new RepairNode(
            node.Id,
            names[node.Id],
            statuses.Any(status => status.Node == node.Id),
            statuses.Any(status => status.Nodes.Any(seen => seen.Id == node.Id && seen.Up)))).OrderBy(static node => node.Name, StringComparer.Ordinal).ToList();
        var hints = from status in statuses
                    from target in status.Nodes
                    where target.Hints is { Count: > 0 }
                    select new RepairHints(
                        names.GetValueOrDefault(status.Node, status.Node), names.GetValueOrDefault(target.Id, target.Id), target.Hints!.Count, target.Hints.Bytes, target.Hints.OldestSeconds);
        var pairs = statuses.SelectMany(static status => status.Tables).SelectMany(static table => table.Pairs, static (table, pair) => (table.Keyspace, table.Table, Pair: pair))
            .ToLookup(static one => (one.Keyspace, one.Table), static one => one.Pair);
        var tables = latest.Tables.OrderBy(static table => table.Keyspace, StringComparer.Ordinal).ThenBy(static table => table.Table, StringComparer.Ordinal)
            .Take(TablesMax).Select(table => Table(table, [.. pairs[(table.Keyspace, table.Table)]]));
        return new RepairOverview(nodes, [.. tables], latest.Tables.Count, [.. hints]);
    }

    private static RepairTable Table(TableReport table, List<PairReport> pairs) => new(
        table.Keyspace,
        table.Table,
        pairs.Count,
        pairs.Count == 0 || pairs.Any(static pair => pair.SecondsSinceEqual is null) ? null : pairs.Max(static pair => pair.SecondsSinceEqual),
        pairs.FirstOrDefault(static pair => pair.Failure is not null)?.Failure);

    private static string NameOf(IReadOnlyList<ConsoleNode> places, PeerReport node) =>
        IPEndPoint.TryParse(node.CqlAddress, out var address) && places.Count > 1 && places.FirstOrDefault(place => place.Cql.Equals(address)) is { } known
            ? known.Name
            : node.CqlAddress;
}
