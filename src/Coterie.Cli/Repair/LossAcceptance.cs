using System.Net;
using Coterie.Host.Admin;
using Coterie.Host.Start;

namespace Coterie.Cli.Repair;

/// <summary>
/// <c>coterie repair --accept-loss NODE</c>: tells every node that one is gone for good. Nobody is told before all that answer have been asked whether they
/// see it alive: half of the cluster must not give up what the other half can still have.
/// </summary>
internal sealed class LossAcceptance(AdminClient client, IPEndPoint contact)
{
    public async Task<int> RunAsync(string named, CancellationToken cancellationToken)
    {
        var status = await client.GetAsync(contact, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
        if (Find(status.Nodes, named) is not { } gone)
        {
            await Console.Error.WriteLineAsync($"coterie: the cluster has no node {named}; its nodes are {string.Join(", ", status.Nodes.Select(Name))}");
            return ExitCodes.Failure;
        }

        var others = status.Nodes.Where(node => node.Id != gone.Id).ToList();
        if (await AliveAccordingToAsync(gone, [gone, .. others], cancellationToken) is { } witness)
        {
            await Console.Error.WriteLineAsync($"coterie: {Name(gone)} is not lost: {witness}; nothing was given up");
            return ExitCodes.Failure;
        }

        var complete = true;
        foreach (var node in others)
        {
            complete &= await TellAsync(node, gone, cancellationToken);
        }

        return complete ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>By its id, or by any of its addresses, with or without the port.</summary>
    internal static PeerReport? Find(IReadOnlyList<PeerReport> nodes, string named)
    {
        var found = nodes.Where(node => string.Equals(node.Id, named, StringComparison.OrdinalIgnoreCase) || Addresses(node).Any(one => one == named)).ToList();
        if (found.Count == 0 && IPAddress.TryParse(named, out var address))
        {
            found = [.. nodes.Where(node => Addresses(node).Any(one => IPEndPoint.Parse(one).Address.Equals(address)))];
        }

        // Nodes may share an address.
        return found.Count == 1 ? found[0] : null;
    }

    private static string[] Addresses(PeerReport node) => [node.CqlAddress, node.PeerAddress, node.AdminAddress];

    private static string Name(PeerReport node) => $"{node.CqlAddress} ({node.Id})";

    private async Task<string?> AliveAccordingToAsync(PeerReport gone, IReadOnlyList<PeerReport> nodes, CancellationToken cancellationToken)
    {
        foreach (var node in nodes)
        {
            try
            {
                var status = await client.GetAsync(IPEndPoint.Parse(node.AdminAddress), "/api/status", AdminJson.Default.StatusReport, cancellationToken);
                if (status.Node == gone.Id)
                {
                    return "it answers";
                }

                if (status.Nodes.Any(one => one.Id == gone.Id && one.Up))
                {
                    return $"{node.CqlAddress} sees it alive";
                }
            }
            catch (IOException)
            {
                // Who does not answer has no opinion, and is named when it cannot be told either.
            }
        }

        return null;
    }

    private async Task<bool> TellAsync(PeerReport node, PeerReport gone, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.PostAsync(
                IPEndPoint.Parse(node.AdminAddress),
                "/accept-loss",
                new AcceptLossRequest(gone.Id),
                RepairJson.Default.AcceptLossRequest,
                RepairJson.Default.AcceptLossAnswer,
                cancellationToken);
            var given = answer.Tables.Count == 0
                ? $"had not waited for {gone.CqlAddress}: nothing is given up there"
                : $"gives up what only {gone.CqlAddress} had: {string.Join(", ", answer.Tables.Select(Describe))}";
            Console.WriteLine($"{node.CqlAddress} {given}");
            return true;
        }
        catch (IOException exception)
        {
            Console.WriteLine($"{node.CqlAddress} was not told: {exception.Message}");
            return false;
        }
    }

    private static string Describe(AcceptedLoss table) => $"{table.Keyspace}.{table.Table} ({table.Groups} {(table.Groups == 1 ? "group" : "groups")} of replicas)";
}
