using System.Net;
using System.Net.Sockets;

namespace Coterie.Host.Tests;

/// <summary>An address of this machine that nothing listens at: it was free a moment ago.</summary>
internal static class FreeAddress
{
    public static IPEndPoint Take()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
