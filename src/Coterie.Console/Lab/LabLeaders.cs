using Coterie.Host.Admin;

namespace Coterie.WebConsole.Lab;

/// <summary>What a node said when it was asked; null: it did not.</summary>
/// <param name="IsAlone">It has been up for a while, and sees no majority of the nodes alive.</param>
/// <param name="Leads">Groups that it leads, in the latest term that anyone has heard of.</param>
internal readonly record struct LabHealth(bool IsReady, bool IsAlone, int Leads);

/// <summary>Asks the nodes at their admin addresses whether they serve clients, and who leads.</summary>
internal sealed class LabLeaders : IDisposable
{
    /// <summary>A node that has just started has not heard from those that live yet.</summary>
    private const double SettledSeconds = 5;

    // Who takes longer is not well, and the next question comes soon.
    private readonly AdminClient _admin = new(TimeSpan.FromSeconds(1));

    /// <returns>Of each node, and how many groups there are.</returns>
    public async Task<(Dictionary<string, LabHealth> Nodes, int Groups)> AskAsync(IReadOnlyList<ConsoleNode> places, CancellationToken cancellationToken)
    {
        var reports = await Task.WhenAll(places.Select(place => ReportAsync(place, cancellationToken)));
        var leaders = new GroupLeaders(reports.OfType<StatusReport>());
        var nodes = new Dictionary<string, LabHealth>(StringComparer.Ordinal);
        for (var i = 0; i < places.Count; i++)
        {
            if (reports[i] is { } report)
            {
                nodes[places[i].Name] = new LabHealth(report.Ready, IsAlone(report), leaders.LedBy(report));
            }
        }

        return (nodes, leaders.Groups);
    }

    public void Dispose() => _admin.Dispose();

    private static bool IsAlone(StatusReport report) =>
        !report.Ready && report.UptimeSeconds > SettledSeconds && 2 * report.Nodes.Count(static node => node.Up) <= report.Nodes.Count;

    private async Task<StatusReport?> ReportAsync(ConsoleNode place, CancellationToken cancellationToken)
    {
        try
        {
            return await _admin.GetAsync(place.Admin, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
