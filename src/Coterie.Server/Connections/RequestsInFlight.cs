using Coterie.Model;

namespace Coterie.Server.Connections;

/// <summary>
/// The requests of one connection that are being answered: their streams, how many they are, and how many more may begin. Safe from any thread.
/// </summary>
/// <remarks>
/// A client that sends faster than it is answered, and does not read, would have all of its answers in memory at once, before what it has not read
/// is known to be much. So no more requests begin than have answers of <see cref="Limits.CqlAnswerBytesAhead"/> bytes together, if these are as long as the last
/// ones were; before there are any, a few hundred begin. At least one always does. The rest waits in the client's socket, which is what it would see of a slow node.
/// </remarks>
internal sealed class RequestsInFlight
{
    private const int FirstMax = 256;

    /// <summary>How much one answer changes what is expected of the next: an eighth of the difference, as TCP smooths its round trips.</summary>
    private const int Smoothing = 8;

    private readonly Lock _gate = new();
    private readonly StreamSet _streams = new();
    private int _count;
    private long _expected = Limits.CqlAnswerBytesAhead / FirstMax;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _none;

    public enum BeginResult
    {
        Begun,

        /// <summary>A request on the stream has not been answered.</summary>
        StreamInUse,

        /// <summary><see cref="Limits.CqlRequestsPerConnectionMax"/> are being answered.</summary>
        TooMany,
    }

    /// <summary>Whether another may begin. Only whoever begins them is sure to find it so still.</summary>
    public bool HasRoom
    {
        get
        {
            var count = Volatile.Read(ref _count);
            return count == 0 || (count + 1) * Volatile.Read(ref _expected) <= Limits.CqlAnswerBytesAhead;
        }
    }

    public BeginResult Begin(short stream)
    {
        lock (_gate)
        {
            if (!_streams.TryAdd(stream))
            {
                return BeginResult.StreamInUse;
            }

            if (_count == Limits.CqlRequestsPerConnectionMax)
            {
                _streams.Remove(stream);
                return BeginResult.TooMany;
            }

            _count++;
            return BeginResult.Begun;
        }
    }

    /// <summary>It does not begin after all.</summary>
    public void Withdraw(short stream)
    {
        FreeStream(stream);
        Leave();
    }

    /// <summary>Before its answer can be read, and the client may use the stream again.</summary>
    public void FreeStream(short stream)
    {
        lock (_gate)
        {
            _streams.Remove(stream);
        }
    }

    /// <summary>Its answer has been given to the connection.</summary>
    public void End(int answerBytes)
    {
        // Readers on other threads see the old or the new: either is an estimate.
        var expected = Volatile.Read(ref _expected);
        Volatile.Write(ref _expected, expected + ((answerBytes - expected) / Smoothing));
        Leave();
    }

    /// <summary>Completes when another may begin.</summary>
    public ValueTask WaitForRoomAsync()
    {
        if (HasRoom)
        {
            return ValueTask.CompletedTask;
        }

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

    /// <summary>Completes when none is in flight.</summary>
    public Task WaitForNoneAsync()
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                return Task.CompletedTask;
            }

            _none = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _none.Task;
        }
    }

    private void Leave()
    {
        TaskCompletionSource? room = null;
        TaskCompletionSource? none = null;
        lock (_gate)
        {
            _count--;
            if (_room is not null && HasRoom)
            {
                (room, _room) = (_room, null);
            }

            none = _count == 0 ? _none : null;
        }

        room?.SetResult();
        none?.TrySetResult();
    }
}
