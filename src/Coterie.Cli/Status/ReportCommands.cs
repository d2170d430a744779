using System.CommandLine;
using System.Net;
using Coterie.Cli.Cql;
using Coterie.Cli.Dev;
using Coterie.Host.Admin;
using Coterie.Host.Start;

namespace Coterie.Cli.Status;

/// <summary>What <c>status</c> and <c>ring</c> have in common: finding a node, and saying that there is none.</summary>
internal static class ReportCommands
{
    public static Option<string> ContactOption() => new("--contact")
    {
        Description = $"The admin address of any node (port {DevPlan.AdminPort} if none is given)",
        HelpName = "HOST[:PORT]",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    public static async Task<int> RunAsync(string contact, Func<AdminClient, IPEndPoint, Task<int>> run, CancellationToken cancellationToken)
    {
        using var client = new AdminClient();
        try
        {
            return await run(client, await Contact.ResolveAsync(contact, DevPlan.AdminPort, cancellationToken));
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            await Console.Error.WriteLineAsync($"coterie: {Contact.Hint}");
            return ExitCodes.Unavailable;
        }
    }
}
