using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Coterie.Model;

namespace Coterie.Server.Connections;

/// <summary>
/// What a connection has to say, and the one flusher that says it. Responses of many requests are appended to one buffer, from any thread;
/// the flusher takes all of it at once, so a flush carries whatever came while the last one was on its way, and costs one system call.
/// </summary>
/// <remarks>
/// Invariant: bytes are appended whole frames at a time, under the gate. What the client does not read is bounded: from
/// <see cref="Limits.CqlUnreadBytesPause"/> on the connection reads nothing more from it, over <see cref="Limits.CqlUnreadBytesMax"/> it is
/// dropped, and a flush that stands still for too long drops it too (<see cref="StalledFor"/>). An idle connection holds no buffer.
/// Tried and rejected: flushing by whoever appends, which makes one system call of each response under concurrency.
/// </remarks>
internal sealed class ConnectionOutput : IValueTaskSource<bool>
{
    private readonly Lock _gate = new();
    private readonly PipeWriter _writer;
    private readonly TimeProvider _time;
    private readonly ServerCounters _counters;
    private ManualResetValueTaskSourceCore<bool> _wake;
    private byte[] _filling = [];
    private int _filled;
    private bool _flusherSleeps;
    private bool _closed;
    private bool _finishing;
    private long _flushBegan;
    private TaskCompletionSource? _room;

    public ConnectionOutput(PipeWriter writer, TimeProvider time, ServerCounters counters)
    {
        _writer = writer;
        _time = time;
        _counters = counters;
        _wake.RunContinuationsAsynchronously = true;
    }

    public enum AppendResult
    {
        Appended,

        /// <summary>The connection is closed: the response is dropped.</summary>
        Closed,

        /// <summary>The client does not read: the connection must be broken.</summary>
        OverLimit,
    }

    /// <summary>Whether the client has read enough for it to be worth reading more from it.</summary>
    public bool HasRoom => _closed || Volatile.Read(ref _filled) <= Limits.CqlUnreadBytesPause;

    public AppendResult Append(ReadOnlySpan<byte> frames)
    {
        var wakes = false;
        lock (_gate)
        {
            if (_closed)
            {
                return AppendResult.Closed;
            }

            if ((long)_filled + frames.Length > Limits.CqlUnreadBytesMax)
            {
                return AppendResult.OverLimit;
            }

            Grow(frames.Length);
            frames.CopyTo(_filling.AsSpan(_filled));
            _filled += frames.Length;
            wakes = _flusherSleeps;
            _flusherSleeps = false;
        }

        if (wakes)
        {
            _wake.SetResult(true);
        }

        return AppendResult.Appended;
    }

    /// <summary>Completes when the client has read enough for it to be worth reading more from it.</summary>
    public ValueTask WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (HasRoom)
            {
                return ValueTask.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task);
        }
    }

    /// <summary>How long the flush under way has been waiting for the client; zero if there is none.</summary>
    public TimeSpan StalledFor()
    {
        var began = Volatile.Read(ref _flushBegan);
        return began == 0 ? TimeSpan.Zero : _time.GetElapsedTime(began);
    }

    /// <summary>Lets the flusher write what is there and end.</summary>
    public void Finish()
    {
        bool wakes;
        lock (_gate)
        {
            _finishing = true;
            wakes = _flusherSleeps;
            _flusherSleeps = false;
        }

        if (wakes)
        {
            _wake.SetResult(true);
        }
    }

    /// <summary>The flusher: runs until <see cref="Finish"/>, or until the client is gone.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                if (await NextAsync())
                {
                    // It slept. What woke it is often the first of many answers that are ready on the same thread; behind them in the queue
                    // of the pool it finds them all.
                    await Task.Yield();
                }

                var (bytes, count) = Swap();
                if (count == 0)
                {
                    return;
                }

                _writer.Write(bytes.AsSpan(0, count));
                ArrayPool<byte>.Shared.Return(bytes);
                Volatile.Write(ref _flushBegan, Math.Max(1, _time.GetTimestamp()));
                var result = await _writer.FlushAsync();
                Volatile.Write(ref _flushBegan, 0);
                _counters.Flushed();
                if (result.IsCompleted || result.IsCanceled)
                {
                    return;
                }
            }
        }
        finally
        {
            Volatile.Write(ref _flushBegan, 0);
            Close();
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    /// <summary>Completes when there is something to flush, or nothing more will come. True if that had to be waited for.</summary>
    private ValueTask<bool> NextAsync()
    {
        lock (_gate)
        {
            if (_filled > 0 || _finishing)
            {
                return new ValueTask<bool>(false);
            }

            _wake.Reset();
            _flusherSleeps = true;
            return new ValueTask<bool>(this, _wake.Version);
        }
    }

    private (byte[] Bytes, int Count) Swap()
    {
        TaskCompletionSource? room;
        (byte[], int) taken;
        lock (_gate)
        {
            taken = (_filling, _filled);
            if (_filled > 0)
            {
                _filling = [];
                _filled = 0;
            }

            room = _room;
            _room = null;
        }

        room?.SetResult();
        return taken;
    }

    private void Close()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _closed = true;
            room = _room;
            _room = null;
            if (_filling.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_filling);
            }

            _filling = [];
            _filled = 0;
        }

        room?.SetResult();
    }

    private void Grow(int count)
    {
        if (_filling.Length - _filled >= count)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(Math.Max((long)_filled + count, 2L * _filling.Length), 4096));
        _filling.AsSpan(0, _filled).CopyTo(larger);
        if (_filling.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_filling);
        }

        _filling = larger;
    }
}
