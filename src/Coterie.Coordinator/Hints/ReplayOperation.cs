using Coterie.Cluster.Transport;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Hints;

/// <summary>One chunk of hints on its way to one replica: sends what the core says, and ends when all that was sent has been answered.</summary>
internal sealed class ReplayOperation(
    IMessenger messenger, NodeId target, ReplayCore core, IReadOnlyList<ReadOnlyMemory<byte>> mutations, HintCounters counters, TimeSpan timeout) : IReplySink
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _sending;
    private long _sentBytes;

    /// <summary>Bytes of what was sent.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    public Task RunAsync()
    {
        SendAll();
        return _ended.Task;
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        Count(slot, status);
        lock (_lock)
        {
            core.OnReply(slot, status);
        }

        SendAll();
    }

    private void Count(int slot, ReplyStatus status)
    {
        switch (status)
        {
            case ReplyStatus.Ok:
                counters.HintReplayed(mutations[slot].Length);
                break;
            case ReplyStatus.Stale:
                counters.HintDropped(HintDrop.Stale);
                break;
            default:
                counters.HintUnanswered();
                break;
        }
    }

    /// <summary>Sends as much as may be. An answer that comes during the sending leaves the going on to whoever sends, so that answers do not pile up on the stack.</summary>
    private void SendAll()
    {
        lock (_lock)
        {
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        while (TakeNext(out var index))
        {
            Interlocked.Add(ref _sentBytes, mutations[index].Length);
            messenger.Send(target, Verb.Replay, mutations[index].Span, timeout, this, index);
        }
    }

    private bool TakeNext(out int index)
    {
        lock (_lock)
        {
            if (core.TryNext(out index))
            {
                return true;
            }

            _sending = false;
            if (core.IsEnded)
            {
                _ended.TrySetResult();
            }

            return false;
        }
    }
}
