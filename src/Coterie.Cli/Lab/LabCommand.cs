using System.CommandLine;
using Coterie.Cli.Cql;
using Coterie.Cli.Dev;
using Coterie.Host.CqlClient;
using Coterie.Host.Start;
using Coterie.Host.Workloads;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Lab;

/// <summary><c>coterie lab</c>: what a fault does to a leaderless and to a leader-based keyspace, measured.</summary>
internal static class LabCommand
{
    private const int NodesLeast = 3;

    public static Command Create() => new("lab", "Hurt a cluster while writing to it, and measure: leaderless beside leader-based")
    {
        CreateFault("failover", "Kill the node that leads, again and again, and bring it back", LabFaultKind.Kill),
        CreateFault("pause", "Stop the node that leads for some seconds (SIGSTOP), again and again", LabFaultKind.Pause),
        CreateFault("partition", "Cut the node that leads off from the other nodes, but not from clients, again and again; in a network namespace of the lab's own", LabFaultKind.Partition),
    };

    private static Command CreateFault(string name, string description, LabFaultKind fault)
    {
        var workload = new Option<WorkloadKind>("--workload") { Description = "plain, carts (sets and maps by user) or events (by device and day, with a time to live)", DefaultValueFactory = static _ => WorkloadKind.Plain };
        var rounds = new Option<int>("--rounds") { Description = "How often", HelpName = "N", DefaultValueFactory = static _ => 10 };
        var rate = new Option<double>("--rate") { Description = "Writes a second to each of the two keyspaces", HelpName = "R", DefaultValueFactory = static _ => 200 };
        var calm = new Option<double>("--calm") { Description = "Seconds before each fault", HelpName = "S", DefaultValueFactory = static _ => 5 };
        var down = new Option<double>("--down") { Description = "Seconds that the node is away", HelpName = "S", DefaultValueFactory = static _ => 4 };
        var contact = new Option<string>("--contact") { Description = "The admin address of a node of a cluster on this machine (default: a cluster of its own)", HelpName = "HOST[:PORT]", Hidden = fault == LabFaultKind.Partition };
        var reads = new Option<string>("--register-reads") { Description = "The level at which registers are read, whose history must be linearizable; at ONE it will not be", HelpName = "LEVEL", DefaultValueFactory = static _ => "QUORUM" };
        var svg = new Option<string>("--svg") { Description = "Also draw the timeline into this file", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command(name, description) { workload, rounds, rate, calm, down, contact, reads, svg, json };
        command.SetAction((result, cancellationToken) =>
        {
            if (!ConsistencyLevelNames.TryParse(result.GetValue(reads)!, out var level))
            {
                return ProblemAsync($"--register-reads must be one of: {ConsistencyLevelNames.All}");
            }

            var settings = new LabSettings(
                fault,
                result.GetValue(workload),
                result.GetValue(rounds),
                result.GetValue(rate),
                TimeSpan.FromSeconds(result.GetValue(calm)),
                TimeSpan.FromSeconds(result.GetValue(down)),
                result.GetValue(contact),
                level,
                result.GetValue(svg),
                result.GetValue(json));
            return RunAsync(settings);
        });
        return command;
    }

    private static string? Problem(LabSettings settings) =>
        settings.Rounds is < 1 or > 1_000 ? "--rounds must be from 1 to 1000"
        : settings.Rate is not (>= 1 and <= 20_000) ? "--rate must be from 1 to 20000"
        : settings.Calm.TotalSeconds is < 0.1 or > 600 ? "--calm must be from 0.1 to 600"
        : settings.Down.TotalSeconds is < 0.1 or > 600 ? "--down must be from 0.1 to 600"
        : settings is { Fault: LabFaultKind.Partition, Contact: not null } ? "partition cuts nodes off in a network of the lab's own, which a cluster that runs already is not in: leave out --contact"
        : null;

    private static async Task<int> ProblemAsync(string problem)
    {
        await Console.Error.WriteLineAsync($"coterie: {problem}");
        return ExitCodes.Usage;
    }

    private static async Task<int> RunAsync(LabSettings settings)
    {
        if (Problem(settings) is { } problem)
        {
            return await ProblemAsync(problem);
        }

        if (settings.Svg is { } file && Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory && !Directory.Exists(directory))
        {
            return await ProblemAsync($"--svg: there is no directory {directory}");
        }

        if (settings.Fault == LabFaultKind.Partition && !PrivateNetwork.IsInside)
        {
            await Console.Error.WriteLineAsync($"coterie: {await PrivateNetwork.EnterAsync(Environment.GetCommandLineArgs()[1..])}");
            return ExitCodes.Unavailable;
        }

        using var signals = new StopSignals();
        var output = new LabOutput(settings.Json);
        try
        {
            await using var cluster = await ClusterAsync(settings, output.Progress, signals.Token);
            if (cluster.Nodes.Length < NodesLeast)
            {
                throw new IOException($"the cluster has {cluster.Nodes.Length} nodes; the lab needs {NodesLeast}, for three copies of each row");
            }

            var report = await new FailoverLab(cluster, settings, output.Progress).RunAsync(signals.Token);
            output.Show(report);
            if (settings.Svg is { } path)
            {
                await File.WriteAllTextAsync(path, LabPicture.Render(report), signals.Token);
            }

            if (!report.IsRight && cluster is OwnLabCluster own)
            {
                own.IsKept = true;
                await Console.Error.WriteLineAsync($"coterie: what the nodes hold, and their logs, stays in {own.Directory}");
            }

            return report.IsRight ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception e) when (e is IOException or CqlErrorException or FormatException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return e is FormatException ? ExitCodes.Usage : e is IOException ? ExitCodes.Unavailable : ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("coterie: stopped before the end; nothing was looked for");
            return ExitCodes.Failure;
        }
    }

    private static async Task<ILabCluster> ClusterAsync(LabSettings settings, Action<string> say, CancellationToken cancellationToken) =>
        settings.Contact is { } contact
            ? await ForeignLabCluster.FindAsync(await Contact.ResolveAsync(contact, DevPlan.AdminPort, cancellationToken), cancellationToken)
            : await OwnLabCluster.StartAsync(say, cancellationToken);
}
