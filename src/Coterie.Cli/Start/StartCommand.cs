using System.CommandLine;
using System.Net;
using Coterie.Host.Configuration;
using Coterie.Host.Start;
using Coterie.WebConsole;
using Microsoft.Extensions.Logging;

namespace Coterie.Cli.Start;

/// <summary><c>coterie start</c>: one node in the foreground, the way a service runs it.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var config = new Option<string?>("--config") { Description = "A JSON file", HelpName = "FILE" };
        var withParent = new Option<bool>("--exit-with-parent") { Description = "Stop when standard input ends", Hidden = true };
        var insecure = new Option<bool>(HostOptionsReader.InsecureFlag)
        {
            Description = "Allow addresses that others can reach, although there is no authentication and no TLS yet",
        };
        var command = new Command("start", "Run one node in the foreground; any setting can be given as --Key=Value or COTERIE__Key")
        {
            config, withParent, insecure,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result =>
        {
            IEnumerable<string> settings = result.UnmatchedTokens;
            if (result.GetValue(insecure))
            {
                settings = settings.Append(HostOptionsReader.InsecureFlag);
            }

            return NodeHost.RunAsync(new NodeArguments(result.GetValue(config), [.. settings], result.GetValue(withParent)), StartConsoleAsync);
        });
        return command;
    }

    private static async Task<IAsyncDisposable> StartConsoleAsync(IPEndPoint address, IPEndPoint cql, IPEndPoint admin, TimeProvider time, ILoggerFactory logging, CancellationToken cancellationToken) =>
        await ConsoleServer.StartAsync(address, new ConsoleCluster([new ConsoleNode("this node", cql, admin)]), time, logging, lab: null, cancellationToken);
}
