using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coterie.Host.Start;
using Coterie.WebConsole;

namespace Coterie.Cli.Dev;

/// <summary><c>coterie dev</c>: a cluster of real processes on this machine.</summary>
internal static class DevCommand
{
    private const int NodesPerDatacenter = 3;
    private const int NodesMax = 50;

    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = "How many nodes (default: 3 for each data centre)", HelpName = "N", CustomParser = WholeNumber };
        var data = new Option<string>("--data") { Description = "Where the nodes keep their data", HelpName = "DIR", DefaultValueFactory = _ => Path.Combine(".coterie", "dev") };
        var fresh = new Option<bool>("--fresh") { Description = "Begin with an empty cluster: removes what the nodes in DIR hold" };
        var datacenters = new Option<int>("--dcs") { Description = "How many data centres", HelpName = "N", DefaultValueFactory = _ => 1, CustomParser = WholeNumber };
        var address = new Option<string>("--address") { Description = "The first node's address, in 127.0.0.0/8; the others' follow it", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var oneAddress = new Option<bool>("--one-address") { Description = "All nodes on one address, with ports 9042, 9043, ..." };
        var restart = new Option<bool>("--restart") { Description = "Start a node again when it dies" };
        var noConsole = new Option<bool>("--no-console") { Description = $"Without the console, which is at the first node's address, port {ConsoleServer.Port}" };
        var withParent = new Option<bool>("--exit-with-parent") { Description = "Stop when standard input ends", Hidden = true };
        var command = new Command("dev", "Run a cluster of several processes on this machine")
        {
            nodes, data, fresh, datacenters, address, oneAddress, restart, noConsole, withParent,
        };
        command.SetAction((result, cancellationToken) =>
        {
            var centres = result.GetValue(datacenters);
            return RunAsync(new Settings(
                result.GetResult(nodes) is null ? NodesPerDatacenter * centres : result.GetValue(nodes),
                centres,
                Path.GetFullPath(result.GetValue(data)!),
                result.GetValue(address)!,
                result.GetValue(fresh),
                result.GetValue(oneAddress),
                result.GetValue(restart),
                !result.GetValue(noConsole),
                result.GetValue(withParent)), cancellationToken);
        });
        return command;
    }

    private static int WholeNumber(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            argument.AddError($"'{text}' is not a whole number");
        }

        return number;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        if (Problem(settings) is { } problem)
        {
            await Console.Error.WriteLineAsync($"coterie: {problem}");
            return ExitCodes.Usage;
        }

        var oneAddress = settings.OneAddress;
        var first = IPAddress.Parse(settings.Address);
        if (!oneAddress && settings.Nodes > 1 && DevPlan.Following(first, 1) is var second && !CanBind(second))
        {
            Console.WriteLine($"{second} cannot be bound here: all nodes go to {first}, with ports of their own (--one-address)");
            oneAddress = true;
        }

        var plan = DevPlan.Create(settings.Nodes, settings.Datacenters, first, oneAddress, settings.Directory);
        var taken = await DevPorts.ProblemsAsync(plan, cancellationToken);
        if (taken.Count > 0)
        {
            taken.ForEach(problem => Console.Error.WriteLine($"coterie: {problem}"));
            await Console.Error.WriteLineAsync("coterie: stop what runs there, or start elsewhere: coterie dev --address 127.0.1.1 --data DIR");
            return ExitCodes.Configuration;
        }

        try
        {
            DevDirectory.EnsureUnused(settings.Directory);
            if (settings.Fresh)
            {
                DevDirectory.Clear(settings.Directory);
            }

            foreach (var node in plan)
            {
                DevDirectory.WriteConfiguration(node, plan, "dev");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return ExitCodes.Configuration;
        }

        using var signals = new StopSignals();
        if (settings.ExitWithParent)
        {
            signals.RequestWhenInputEnds();
        }

        await using var console = new DevConsole(settings.Console ? new IPEndPoint(first, ConsoleServer.Port) : null);
        await using var supervisor = new DevSupervisor(plan, settings.Restart, console, Console.Out);
        return await supervisor.RunAsync(signals.Token);
    }

    private static string? Problem(Settings settings)
    {
        if (settings.Datacenters < 1)
        {
            return "--dcs must be at least 1";
        }

        if (settings.Nodes is < 1 or > NodesMax)
        {
            return $"--nodes must be from 1 to {NodesMax}";
        }

        if (settings.Datacenters > settings.Nodes)
        {
            return $"--dcs {settings.Datacenters}: each data centre needs a node, and --nodes is {settings.Nodes}";
        }

        if (!IsLoopback(settings.Address) || !IsLoopback(DevPlan.Following(IPAddress.Parse(settings.Address), settings.Nodes).ToString()))
        {
            return $"--address {settings.Address}: the nodes of a development cluster have addresses in 127.0.0.0/8";
        }

        var before = settings.Fresh ? 0 : DevDirectory.CountNodes(settings.Directory);
        return before != 0 && before != settings.Nodes
            ? $"{settings.Directory} holds a cluster of {before} nodes; ask for --nodes {before}, or for a new one with --fresh"
            : null;
    }

    private static bool IsLoopback(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(address);

    private static bool CanBind(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed record Settings(int Nodes, int Datacenters, string Directory, string Address, bool Fresh, bool OneAddress, bool Restart, bool Console, bool ExitWithParent);
}
