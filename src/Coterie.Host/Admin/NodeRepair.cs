using System.Net;

namespace Coterie.Host.Admin;

/// <summary>Asks one node to compare what it drives, and follows it to the end. A node that is busy may miss a question; one that misses several is gone.</summary>
/// <param name="client">Asks it.</param>
/// <param name="time">Between two questions.</param>
public sealed class NodeRepair(AdminClient client, TimeProvider time)
{
    private const int SilencesMax = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="admin">The node's admin address.</param>
    /// <param name="request">What to compare.</param>
    /// <param name="progress">Told how far it is; without it, that it has begun.</param>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    /// <exception cref="IOException">The node does not answer, or refuses.</exception>
    public async Task RunAsync(IPEndPoint admin, RepairRequest request, Action<RepairProgress?> progress, CancellationToken cancellationToken)
    {
        var begun = await client.PostAsync(admin, "/repair", request, RepairJson.Default.RepairRequest, RepairJson.Default.RepairBegun, cancellationToken);
        progress(null);
        while (true)
        {
            var now = await FollowAsync(admin, begun.Id, cancellationToken);
            progress(now);
            if (now.Done)
            {
                return;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<RepairProgress> FollowAsync(IPEndPoint admin, string id, CancellationToken cancellationToken)
    {
        for (var silences = 1; ; silences++)
        {
            try
            {
                return await client.GetAsync(admin, $"/repair/{id}", RepairJson.Default.RepairProgress, cancellationToken);
            }
            catch (IOException) when (silences < SilencesMax)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
