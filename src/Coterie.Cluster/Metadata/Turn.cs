namespace Coterie.Cluster.Metadata;

/// <summary>
/// One at a time, in the order in which they came; who waits may give up. A semaphore or a channel that waits with a token gives up through
/// the thread pool, where the simulator has lost it.
/// </summary>
internal sealed class Turn
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _taken;

    /// <summary>Completes when it is the caller's turn, who must end it with <see cref="Leave"/>.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up first, and has no turn to end.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_taken)
            {
                _taken = true;
                return;
            }

            _waiting.Enqueue(turn);
        }

        using var givingUp = cancellationToken.UnsafeRegister(
            static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), turn);
        await turn.Task;
    }

    public void Leave()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var next))
            {
                // One that has given up is passed over.
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _taken = false;
        }
    }
}
