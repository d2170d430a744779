using Coterie.Model;

namespace Coterie.Host.Start;

/// <summary>
/// Shares out the file descriptors that the system lets this process have, so that clients cannot take those that the store needs: a log or
/// table that cannot be opened stops the node. Pure: the limit in, the shares out.
/// </summary>
internal sealed record DescriptorBudget(int CqlConnections, int IncomingPeers, int AdminConnections, int OpenTables)
{
    /// <summary>With fewer a node would not get far.</summary>
    public const int LeastLimit = 512;

    /// <summary>The runtime's own, libraries, logs, listeners, connections to peers.</summary>
    private const int Own = 256;

    private const int OpenTablesMax = 4_096;
    private const int IncomingPeersMax = 1_024;
    private const int AdminConnectionsMax = 100;

    public static DescriptorBudget Of(long limit)
    {
        var free = Math.Max(0, limit - Own);
        var tables = (int)Math.Min(OpenTablesMax, free / 4);
        var peers = (int)Math.Min(IncomingPeersMax, free / 8);
        var admin = (int)Math.Min(AdminConnectionsMax, free / 16);
        var cql = (int)Math.Min(Limits.CqlConnectionsMax, free - tables - peers - admin);
        return new DescriptorBudget(cql, peers, admin, tables);
    }

    /// <summary>The limit on open files (the runtime has raised it to what the system allows at most); "no limit" where the system does not say.</summary>
    public static long SystemLimit()
    {
        const string Limits = "/proc/self/limits";
        const string OpenFiles = "Max open files";
        if (!File.Exists(Limits))
        {
            return long.MaxValue;
        }

        var line = File.ReadLines(Limits).First(line => line.StartsWith(OpenFiles, StringComparison.Ordinal));
        var soft = line[OpenFiles.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, out var limit) ? limit : long.MaxValue;
    }
}
