using System.CommandLine;
using System.Net;
using Coterie.Cli.Status;
using Coterie.Host.Admin;
using Coterie.Host.Start;

namespace Coterie.Cli.Repair;

/// <summary><c>coterie repair</c>: compares replicas now, rather than when it is their turn, and says what was found.</summary>
internal static class RepairCommand
{
    public static Command Create()
    {
        var keyspace = new Argument<string?>("keyspace") { Description = "Only this keyspace", Arity = ArgumentArity.ZeroOrOne };
        var table = new Argument<string?>("table") { Description = "Only this table of it", Arity = ArgumentArity.ZeroOrOne };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only compare: nothing is sent" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var gone = new Option<string?>("--accept-loss")
        {
            Description = "Compare nothing: this node is gone for good (its id, or an address of it), and what only it had is given up",
            HelpName = "NODE",
        };
        var contact = ReportCommands.ContactOption();
        contact.Aliases.Add("--address");
        var command = new Command("repair", "Compare replicas at once, and send each what it lacks (they do so by themselves, too)")
        {
            keyspace, table, dryRun, json, gone, contact,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(gone) is not null && (result.GetValue(keyspace) is not null || result.GetValue(dryRun) || result.GetValue(json)))
            {
                result.AddError("--accept-loss stands alone: it is for all tables, and compares nothing");
            }
        });
        command.SetAction((result, cancellationToken) =>
        {
            if (result.GetValue(gone) is { } node)
            {
                return ReportCommands.RunAsync(
                    result.GetValue(contact)!, (client, admin) => new LossAcceptance(client, admin).RunAsync(node, cancellationToken), cancellationToken);
            }

            var request = new RepairRequest(result.GetValue(keyspace), result.GetValue(table), result.GetValue(dryRun));
            return ReportCommands.RunAsync(
                result.GetValue(contact)!, (client, admin) => RunAsync(client, admin, request, result.GetValue(json), cancellationToken), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(AdminClient client, IPEndPoint contact, RepairRequest request, bool json, CancellationToken cancellationToken)
    {
        var status = await client.GetAsync(contact, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
        if (Unknown(status, request) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"coterie: {unknown}");
            return ExitCodes.Failure;
        }

        var repair = new ClusterRepair(client, status.Nodes, request);
        var output = new RepairOutput(json);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Token);
        RepairReport report;
        try
        {
            report = await output.WatchAsync(status.Nodes, progress => repair.RunAsync(progress, stop.Token));
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(WhatGoesOn(repair.State));
            return ExitCodes.Failure;
        }

        output.Show(report);
        return report.Complete ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static string? Unknown(StatusReport status, RepairRequest request) =>
        request.Keyspace is null || status.Tables.Any(table => table.Keyspace == request.Keyspace && (request.Table is null || table.Table == request.Table))
            ? null
            : request.Table is not null && status.Tables.Any(table => table.Keyspace == request.Keyspace)
                ? $"there is no table {request.Keyspace}.{request.Table}"
                : $"there is no keyspace {request.Keyspace}, or it has no table";

    private static string WhatGoesOn((PeerReport? Current, IReadOnlyList<PeerReport> Waiting) state)
    {
        var current = state.Current is { } node ? $"the run on {node.CqlAddress} goes on without being watched" : "no run is under way";
        return state.Waiting.Count == 0
            ? $"coterie: {current}"
            : $"coterie: {current}; not asked were {string.Join(", ", state.Waiting.Select(static one => one.CqlAddress))}";
    }
}
