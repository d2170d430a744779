using System.Globalization;

namespace Coterie.Processes.Fixtures;

/// <summary>What a node says of itself in numbers.</summary>
internal static class NodeMetrics
{
    /// <summary>For how many tables and groups of replicas it answers no read, because it is not back yet.</summary>
    public const string IncompleteGroups = "coterie_replica_incomplete_groups";

    /// <summary>Leaves of its trees that were written to since they were last read.</summary>
    public const string DirtyLeaves = "coterie_tree_leaves_dirty";

    /// <returns>Null: the node does not serve yet.</returns>
    public static async Task<long?> OfAsync(NodeConfiguration node, string name)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var ready = await http.GetAsync($"http://{node.Admin}/readyz");
            if (!ready.IsSuccessStatusCode)
            {
                return null;
            }

            var metrics = await http.GetStringAsync($"http://{node.Admin}/metrics");
            var start = name + " ";
            return long.Parse(metrics.Split('\n').Single(line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
