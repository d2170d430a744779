using System.Net;
using System.Net.Sockets;

namespace Coterie.Host.Start;

/// <summary>
/// Tries each address before anything is opened, so that a taken port is told together with every other problem. Another process may still
/// take it in between; then listening itself fails and says so.
/// </summary>
internal static class PortCheck
{
    public static void Run(string key, IPEndPoint? address, List<string> problems)
    {
        if (address is null)
        {
            return;
        }

        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(1);
        }
        catch (SocketException e)
        {
            problems.Add($"{key} {address}: {Describe(e)}");
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
