using System.Net;
using System.Net.Sockets;

namespace Coterie.Processes.Fixtures;

/// <summary>Where a test's nodes listen: addresses of their own somewhere in 127.0.0.0/8, so that no two tests, runs or clusters meet.</summary>
internal static class Addresses
{
    public const int CqlPort = 9042;
    public const int PeerPort = 7000;
    public const int AdminPort = 9180;

    /// <summary>The first of some that follow one another and that nothing listens on.</summary>
    public static IPAddress First()
    {
        while (true)
        {
            var first = new IPAddress([127, (byte)Random.Shared.Next(10, 250), (byte)Random.Shared.Next(1, 250), (byte)(10 * Random.Shared.Next(1, 24))]);
            if (IsFree(first))
            {
                return first;
            }
        }
    }

    public static IPAddress Following(IPAddress first, int count)
    {
        var bytes = first.GetAddressBytes();
        bytes[3] += (byte)count;
        return new IPAddress(bytes);
    }

    private static bool IsFree(IPAddress address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, CqlPort));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>A directory that is removed with everything in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("coterie-processes-").FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
