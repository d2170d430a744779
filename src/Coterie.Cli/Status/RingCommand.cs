using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Coterie.Cli.Cql;
using Coterie.Host.Admin;
using Coterie.Host.Start;

namespace Coterie.Cli.Status;

/// <summary><c>coterie ring</c>: which node owns which tokens, and how much of the ring that is.</summary>
internal static class RingCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var contact = ReportCommands.ContactOption();
        var command = new Command("ring", "Show tokens and ownership") { json, contact };
        command.SetAction((result, cancellationToken) => ReportCommands.RunAsync(
            result.GetValue(contact)!, (client, admin) => RunAsync(client, admin, result.GetValue(json), cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(AdminClient client, IPEndPoint contact, bool json, CancellationToken cancellationToken)
    {
        var ring = await client.GetAsync(contact, "/api/ring", AdminJson.Default.RingReport, cancellationToken);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(ring, StatusJson.Default.RingReport));
            return ExitCodes.Success;
        }

        var console = ResultTable.CreateConsole(!Console.IsOutputRedirected);
        Console.WriteLine($"Cluster {ring.Cluster}, metadata epoch {ring.Epoch}");
        ResultTable.Write(
            console,
            [("cql", false), ("dc", false), ("rack", false), ("up", false), ("tokens", true), ("owns", true), ("id", false)],
            [.. ring.Nodes.Select(Summary)]);
        var tokens = ring.Nodes.SelectMany(node => node.Tokens.Select(token => (Token: long.Parse(token, CultureInfo.InvariantCulture), Node: node)));
        ResultTable.Write(
            console,
            [("token", true), ("first replica", false), ("dc", false)],
            [.. tokens.OrderBy(entry => entry.Token).Select(entry => TokenRow(entry.Token, entry.Node))]);
        return ExitCodes.Success;
    }

    private static string[] Summary(RingNode node) =>
    [
        node.CqlAddress,
        node.Datacenter,
        node.Rack,
        node.Up ? "yes" : "no",
        node.Tokens.Count.ToString(CultureInfo.InvariantCulture),
        (node.Ownership * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %",
        node.Id,
    ];

    private static string[] TokenRow(long token, RingNode node) => [token.ToString(CultureInfo.InvariantCulture), node.CqlAddress, node.Datacenter];
}
