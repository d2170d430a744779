using System.Net;
using System.Net.Sockets;

namespace Coterie.Cli.Cql;

/// <summary>Where a command finds the cluster: <c>HOST[:PORT]</c>, as people type it.</summary>
internal static class Contact
{
    /// <summary>What to do when nobody answers.</summary>
    public const string Hint = "start a cluster with 'coterie dev', or name a node of one that runs with --contact HOST[:PORT]";

    /// <exception cref="FormatException">It is not a host, or nothing has that name.</exception>
    public static async Task<IPEndPoint> ResolveAsync(string text, int defaultPort, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return new IPEndPoint(address, defaultPort);
        }

        if (IPEndPoint.TryParse(text, out var endPoint))
        {
            return endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, defaultPort) : endPoint;
        }

        var parts = text.Split(':');
        var port = defaultPort;
        if (parts.Length > 2 || parts[0].Length == 0 || (parts.Length == 2 && !int.TryParse(parts[1], out port)) || port is < 1 or > 65535)
        {
            throw new FormatException($"'{text}' is not of the form HOST or HOST:PORT");
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(parts[0], cancellationToken);
            return new IPEndPoint(found.OrderBy(one => one.AddressFamily != AddressFamily.InterNetwork).First(), port);
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            throw new FormatException($"{parts[0]}: {e.Message}", e);
        }
    }
}
