using Coterie.Host.Admin;

namespace Coterie.Cli.Status;

/// <summary>A group of replicas that elect a leader, put together from what its members say of themselves.</summary>
/// <param name="Members">CQL addresses, in order of the nodes' ids.</param>
/// <param name="Leader">CQL address of the member that leads in the latest term that anyone has heard of; null: none says so.</param>
/// <param name="Term">The latest that a member is in.</param>
/// <param name="Committed">The furthest that a member knows.</param>
/// <param name="Applied">What each member has applied, in the order of <paramref name="Members"/>; null: it does not answer.</param>
internal sealed record GroupView(string Id, IReadOnlyList<string> Members, string? Leader, long Term, long Committed, IReadOnlyList<long?> Applied)
{
    public static IReadOnlyList<GroupView> Of(IReadOnlyList<NodeView> views)
    {
        var addresses = views.ToDictionary(static view => view.Node.Id, static view => view.Node.CqlAddress, StringComparer.Ordinal);
        var leaders = new GroupLeaders(views.Select(static view => view.Report).OfType<StatusReport>());
        return
        [
            .. from view in views
               where view.Report is not null
               from one in view.Report!.Groups
               group (view.Node.Id, Group: one) by one.Id into members
               orderby members.Key
               select Of(members.Key, members.ToDictionary(static one => one.Id, static one => one.Group, StringComparer.Ordinal), leaders, addresses),
        ];
    }

    private static GroupView Of(string id, Dictionary<string, GroupReport> reports, GroupLeaders leaders, Dictionary<string, string> addresses)
    {
        var members = reports.Values.First().Members;
        var leader = reports.FirstOrDefault(one => leaders.Leads(one.Value)).Key;
        return new GroupView(
            id,
            [.. members.Select(member => addresses.GetValueOrDefault(member, member))],
            leader is null ? null : addresses[leader],
            reports.Values.Max(static one => one.Term),
            reports.Values.Max(static one => one.Committed),
            [.. members.Select(member => reports.TryGetValue(member, out var report) ? report.Applied : (long?)null)]);
    }
}
