using System.Net;
using System.Net.Sockets;

namespace Coterie.Host.Start;

/// <summary>
/// Tries each address before anything is opened, so that a taken port is told together with every other problem. Another process may still
/// take it in between; then listening itself fails and says so.
/// </summary>
public static class PortCheck
{
    internal static void Run(string key, IPEndPoint? address, List<string> problems)
    {
        if (address is not null && ProblemWith(address) is { } problem)
        {
            problems.Add($"{key} {address}: {problem}");
        }
    }

    /// <summary>Why nothing can listen there, or null if something can.</summary>
    public static string? ProblemWith(IPEndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(1);
            return null;
        }
        catch (SocketException e)
        {
            return Describe(e);
        }
    }

    private static string Describe(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is taken by another process",
        SocketError.AddressNotAvailable => "this machine does not have that address",
        SocketError.AccessDenied => "not permitted to use that port",
        _ => error.Message,
    };
}
