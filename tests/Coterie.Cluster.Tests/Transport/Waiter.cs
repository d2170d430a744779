using Coterie.Cluster.Transport;

namespace Coterie.Cluster.Tests.Transport;

/// <summary>Waits for answers and keeps them. An answer that comes twice fails the test.</summary>
internal sealed class Waiter(int count = 1) : IReplySink
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly (ReplyStatus Status, byte[] Body)?[] _replies = new (ReplyStatus, byte[])?[count];
    private readonly Lock _lock = new();
    private int _left = count;

    public bool IsDone => _done.Task.IsCompleted;

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            if (_replies[slot] is not null)
            {
                _done.TrySetException(new InvalidOperationException($"Two answers for slot {slot}."));
                return;
            }

            _replies[slot] = (status, body.ToArray());
            if (--_left == 0)
            {
                _done.TrySetResult();
            }
        }
    }

    public async Task<(ReplyStatus Status, byte[] Body)> ReplyAsync(int slot = 0)
    {
        await _done.Task;
        return _replies[slot]!.Value;
    }
}
