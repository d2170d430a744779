using System.Buffers;
using System.IO.Pipelines;

namespace Coterie.Simulator.Kernel;

/// <summary>What a process writes to a connection. Bytes wait here until the network takes them; a flush waits while too many do.</summary>
internal sealed class SimulatedPipeWriter : PipeWriter
{
    private const int PauseBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _unflushed = new();
    private readonly Queue<byte[]> _flushed = new();
    private TaskCompletionSource<FlushResult>? _paused;
    private int _firstOffset;
    private string? _broken;

    /// <summary>Told after each flush.</summary>
    public Action Flushed { get; set; } = () => { };

    public int Available { get; private set; }

    public bool IsCompleted { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed.WrittenCount;

    public override void Advance(int bytes) => _unflushed.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _unflushed.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _unflushed.GetSpan(sizeHint);

    public override void CancelPendingFlush() => Resume(new FlushResult(isCanceled: true, isCompleted: false));

    public override void Complete(Exception? exception = null)
    {
        if (!IsCompleted)
        {
            MoveUnflushed();
            IsCompleted = true;
            Flushed();
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_broken is not null)
        {
            return ValueTask.FromException<FlushResult>(new IOException(_broken));
        }

        MoveUnflushed();
        Flushed();
        if (Available <= PauseBytes)
        {
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: false));
        }

        _paused ??= new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask<FlushResult>(_paused.Task);
    }

    /// <summary>Takes up to so many of the flushed bytes, in order.</summary>
    public byte[] Take(int count)
    {
        var taken = new byte[count];
        var filled = 0;
        while (filled < count)
        {
            var first = _flushed.Peek();
            var part = Math.Min(count - filled, first.Length - _firstOffset);
            first.AsSpan(_firstOffset, part).CopyTo(taken.AsSpan(filled));
            filled += part;
            _firstOffset += part;
            if (_firstOffset == first.Length)
            {
                _flushed.Dequeue();
                _firstOffset = 0;
            }
        }

        Available -= count;
        if (Available <= PauseBytes / 2)
        {
            Resume(new FlushResult(isCanceled: false, isCompleted: false));
        }

        return taken;
    }

    public void Break(string why)
    {
        _broken = why;
        _paused?.TrySetException(new IOException(why));
        _paused = null;
    }

    private void MoveUnflushed()
    {
        if (_unflushed.WrittenCount > 0)
        {
            _flushed.Enqueue(_unflushed.WrittenSpan.ToArray());
            Available += _unflushed.WrittenCount;
            _unflushed.ResetWrittenCount();
        }
    }

    private void Resume(FlushResult result)
    {
        _paused?.TrySetResult(result);
        _paused = null;
    }
}
