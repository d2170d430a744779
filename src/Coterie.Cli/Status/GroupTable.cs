using System.Globalization;
using Coterie.Cli.Cql;

namespace Coterie.Cli.Status;

/// <summary>For people: one row for each group of a leader-based keyspace.</summary>
internal static class GroupTable
{
    public static void Show(IReadOnlyList<GroupView> groups)
    {
        if (groups.Count == 0)
        {
            return;
        }

        ResultTable.Write(
            ResultTable.CreateConsole(!Console.IsOutputRedirected),
            [("group", false), ("members", false), ("leader", false), ("term", true), ("committed", true), ("applied", false)],
            [.. groups.Select(Row)]);
        Console.WriteLine("groups: replicas of leader-based keyspaces; applied: by each member, in their order");
    }

    private static string[] Row(GroupView group) =>
    [
        group.Id,
        string.Join(' ', group.Members),
        group.Leader ?? "none",
        group.Term.ToString(CultureInfo.InvariantCulture),
        group.Committed.ToString(CultureInfo.InvariantCulture),
        string.Join(' ', group.Applied.Select(static applied => applied?.ToString(CultureInfo.InvariantCulture) ?? "?")),
    ];
}
