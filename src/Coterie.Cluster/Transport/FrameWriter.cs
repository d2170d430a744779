using System.Buffers;
using System.IO.Pipelines;

namespace Coterie.Cluster.Transport;

/// <summary>How an append ended.</summary>
internal enum AppendResult
{
    Appended,

    /// <summary>No room: the peer does not read fast enough.</summary>
    Full,

    /// <summary>The connection has ended.</summary>
    Closed,
}

/// <summary>
/// The sending half of one connection. Anyone appends frames to a buffer under a short lock; one loop takes all that has gathered and
/// sends it with one flush. The cost of small messages is the system call, not the bytes, so what comes while a flush is on its way shares the next.
/// </summary>
/// <remarks>
/// Rejected: a channel of frames (an object and a wake-up per message), writing into the pipe under the lock (a pipe that is being flushed must
/// not be written to). Invariant: <see cref="_filled"/> + <see cref="_flushing"/> ≤ the bound, or there is but one frame.
/// </remarks>
internal sealed class FrameWriter(MonotonicClock clock, TransportCounters counters, int bytesMax)
{
    private const int InitialBytes = 16 * 1024;
    private const int KeptBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly AsyncSignal _signal = new();
    private byte[] _filling = new byte[InitialBytes];
    private byte[] _spare = new byte[InitialBytes];
    private int _filled;
    private int _frames;
    private int _flushing;
    private bool _closed;

    /// <summary>Bytes appended and not yet taken by the network.</summary>
    public int QueuedBytes
    {
        get
        {
            lock (_lock)
            {
                return _filled + _flushing;
            }
        }
    }

    /// <summary>Copies the frame. <paramref name="header"/>'s time of sending is filled in here, from <paramref name="now"/>.</summary>
    public AppendResult TryAppend(in PeerFrameHeader header, ReadOnlySpan<byte> body, long now)
    {
        var size = PeerFrame.HeaderBytes + body.Length;
        bool first;
        lock (_lock)
        {
            if (_closed)
            {
                return AppendResult.Closed;
            }

            var queued = (long)_filled + _flushing;
            if (queued > 0 && queued + size > bytesMax)
            {
                return AppendResult.Full;
            }

            if (_filling.Length - _filled < size)
            {
                Grow(size);
            }

            first = _filled == 0;
            _filled += PeerFrame.Write(_filling.AsSpan(_filled), header with { SentAt = clock.WireTime(now) }, body);
            _frames++;
        }

        if (first)
        {
            _signal.Set();
        }

        return AppendResult.Appended;
    }

    /// <summary>Nothing is taken any more, and the loop ends.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _filled = 0;
            _frames = 0;
        }

        _signal.Set();
    }

    /// <summary>Sends what is appended until <see cref="Close"/> or until the connection takes no more.</summary>
    public async Task RunAsync(PipeWriter output)
    {
        while (true)
        {
            var (buffer, count, frames, closed) = Take();
            if (closed)
            {
                return;
            }

            if (count == 0)
            {
                await _signal.WaitAsync();
                continue;
            }

            output.Write(buffer.AsSpan(0, count));
            counters.Flushed(frames, count);
            var flush = await output.FlushAsync();
            Flushed();
            if (flush.IsCompleted || flush.IsCanceled)
            {
                Close();
                return;
            }
        }
    }

    private (byte[] Buffer, int Count, int Frames, bool Closed) Take()
    {
        lock (_lock)
        {
            var taken = (_filling, _filled, _frames, _closed);
            if (_filled > 0)
            {
                _flushing = _filled;
                var next = _spare.Length > KeptBytes ? new byte[InitialBytes] : _spare;
                _spare = _filling;
                _filling = next;
                _filled = 0;
                _frames = 0;
            }

            return taken;
        }
    }

    private void Flushed()
    {
        lock (_lock)
        {
            _flushing = 0;
        }
    }

    private void Grow(int size)
    {
        var wanted = Math.Max((long)_filling.Length * 2, (long)_filled + size);
        Array.Resize(ref _filling, (int)Math.Min(wanted, Array.MaxLength));
    }
}
