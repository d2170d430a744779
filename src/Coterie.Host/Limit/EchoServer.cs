using System.Net;
using System.Net.Sockets;
using Coterie.Host.LoadGenerator;

namespace Coterie.Host.Limit;

/// <summary>
/// Sends back what comes, as it is: one thread, one system call to wait, one to read and one to write for as many frames as have gathered.
/// There is nothing cheaper to hold a server of frames against.
/// </summary>
internal sealed class EchoServer : IDisposable
{
    private const int ReadBytes = 256 * 1024;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    private readonly Socket _listener;
    private readonly List<Socket> _clients = [];
    private readonly byte[] _buffer = new byte[ReadBytes];
    private PollSet _poll;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public EchoServer(IPEndPoint address)
    {
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        _listener.Bind(address);
        _listener.Listen(1024);
        _poll = Watched();
    }

    public void Dispose() => _listener.Dispose();

    public void Run()
    {
        while (true)
        {
            _poll.Wait(LongestWait);
            for (var i = 0; i < _clients.Count; i++)
            {
                if (_poll.IsReady(i + 1) && !Echo(_clients[i]))
                {
                    _clients[i].Dispose();
                    _clients.RemoveAt(i);
                    _poll = Watched();
                    break;
                }
            }

            if (_poll.IsReady(0))
            {
                Accept();
            }
        }
    }

    private void Accept()
    {
        try
        {
            var client = _listener.Accept();
            client.NoDelay = true;
            client.Blocking = true;
            _clients.Add(client);
            _poll = Watched();
        }
        catch (SocketException)
        {
            // It was reset while it waited.
        }
    }

    private bool Echo(Socket client)
    {
        var count = client.Receive(_buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        if (error != SocketError.Success || count == 0)
        {
            return false;
        }

        // Blocking, so that what the other side has not read yet waits in the kernel and not here.
        for (var at = 0; at < count;)
        {
            at += client.Send(_buffer.AsSpan(at, count - at), SocketFlags.None, out error);
            if (error != SocketError.Success)
            {
                return false;
            }
        }

        return true;
    }

    private PollSet Watched()
    {
        var poll = new PollSet(_clients.Count + 1);
        poll.Set(0, _listener);
        for (var i = 0; i < _clients.Count; i++)
        {
            poll.Set(i + 1, _clients[i]);
        }

        return poll;
    }
}
