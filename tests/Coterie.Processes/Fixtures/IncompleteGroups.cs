using System.Globalization;

namespace Coterie.Processes.Fixtures;

/// <summary>For how much of its data a node answers no read, because it is not back yet.</summary>
internal static class IncompleteGroups
{
    private const string Name = "coterie_replica_incomplete_groups ";

    /// <returns>Tables and groups of replicas; null: the node does not serve yet.</returns>
    public static async Task<int?> OfAsync(NodeConfiguration node)
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
            return int.Parse(metrics.Split('\n').Single(line => line.StartsWith(Name, StringComparison.Ordinal))[Name.Length..], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
