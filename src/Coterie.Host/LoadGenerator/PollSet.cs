using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Coterie.Host.LoadGenerator;

/// <summary>
/// Waits until a socket can be read, or written where that is asked for, or until a time has come, to the microsecond: the system's
/// <c>ppoll</c> on Linux. .NET's own waits are in milliseconds, and a request that is sent a millisecond late looks like a slow server.
/// </summary>
internal sealed class PollSet
{
    private const short Readable = 1;
    private const short Writable = 4;

    private readonly Socket?[] _sockets;
    private readonly PollEntry[] _entries;

    public PollSet(int count)
    {
        _sockets = new Socket?[count];
        _entries = new PollEntry[count];
        Array.Fill(_entries, new PollEntry { Descriptor = -1 });
    }

    /// <summary>Null takes the socket out.</summary>
    public void Set(int index, Socket? socket)
    {
        _sockets[index] = socket;
        _entries[index] = new PollEntry { Descriptor = socket is null ? -1 : (int)socket.Handle, Events = Readable };
    }

    public void WantWrite(int index, bool want) => _entries[index].Events = (short)(want ? Readable | Writable : Readable);

    /// <summary>Whether something can be done with the socket since the last <see cref="Wait"/>: bytes, room, or an error.</summary>
    public bool IsReady(int index) => _entries[index].Returned != 0;

    public unsafe void Wait(TimeSpan atMost)
    {
        var time = new TimeSpec { Seconds = (long)atMost.TotalSeconds, Nanoseconds = atMost.Ticks % TimeSpan.TicksPerSecond * 100 };
        if (OperatingSystem.IsLinux())
        {
            fixed (PollEntry* entries = _entries)
            {
                if (PollPrecise(entries, (nuint)_entries.Length, &time, null) < 0)
                {
                    ClearReturned();
                }
            }
        }
        else
        {
            WaitPortably(atMost);
        }
    }

    [DllImport("libc", EntryPoint = "ppoll")]
    private static extern unsafe int PollPrecise(PollEntry* entries, nuint count, TimeSpec* timeout, void* signalMask);

    private void WaitPortably(TimeSpan atMost)
    {
        var read = _sockets.OfType<Socket>().ToList();
        var write = _sockets.Where((socket, i) => socket is not null && (_entries[i].Events & Writable) != 0).OfType<Socket>().ToList();
        ClearReturned();
        if (read.Count == 0)
        {
            Thread.Sleep(atMost);
            return;
        }

        Socket.Select(read, write, null, atMost);
        for (var i = 0; i < _sockets.Length; i++)
        {
            if (_sockets[i] is { } socket && (read.Contains(socket) || write.Contains(socket)))
            {
                _entries[i].Returned = Readable;
            }
        }
    }

    private void ClearReturned()
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            _entries[i].Returned = 0;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
