namespace Coterie.Cluster.Transport;

/// <summary>
/// What the transport has counted since the start. Anyone may read it at any time; the transport adds once per flush or per read where it
/// can, not once per message.
/// </summary>
public sealed class TransportCounters
{
    private long _framesSent;
    private long _bytesSent;
    private long _flushes;
    private long _framesReceived;
    private long _bytesReceived;
    private long _overloaded;
    private long _timeouts;
    private long _unreachable;
    private long _lateReplies;
    private long _expired;
    private long _failedRequests;
    private long _heldRequests;
    private long _malformedFrames;
    private long _connectionsOpened;
    private long _connectionsLost;
    private long _connectFailures;
    private long _refusals;

    public long FramesSent => Volatile.Read(ref _framesSent);

    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Frames per flush is what the throughput of small messages lives on.</summary>
    public long Flushes => Volatile.Read(ref _flushes);

    public long FramesReceived => Volatile.Read(ref _framesReceived);

    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Requests refused here because a queue to a peer was full.</summary>
    public long Overloaded => Volatile.Read(ref _overloaded);

    public long Timeouts => Volatile.Read(ref _timeouts);

    public long Unreachable => Volatile.Read(ref _unreachable);

    /// <summary>Answers to requests that had been given up.</summary>
    public long LateReplies => Volatile.Read(ref _lateReplies);

    /// <summary>Requests dropped unread because nobody waited for them any more.</summary>
    public long Expired => Volatile.Read(ref _expired);

    /// <summary>Requests that a handler here could not answer: malformed, broken, unknown verb.</summary>
    public long FailedRequests => Volatile.Read(ref _failedRequests);

    /// <summary>Requests that waited until this node had caught up with their sender's epoch.</summary>
    public long HeldRequests => Volatile.Read(ref _heldRequests);

    public long MalformedFrames => Volatile.Read(ref _malformedFrames);

    public long ConnectionsOpened => Volatile.Read(ref _connectionsOpened);

    public long ConnectionsLost => Volatile.Read(ref _connectionsLost);

    public long ConnectFailures => Volatile.Read(ref _connectFailures);

    /// <summary>Handshakes refused, by either side.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    internal void Flushed(int frames, int bytes)
    {
        Interlocked.Add(ref _framesSent, frames);
        Interlocked.Add(ref _bytesSent, bytes);
        Interlocked.Increment(ref _flushes);
    }

    internal void Received(int frames, long bytes)
    {
        Interlocked.Add(ref _framesReceived, frames);
        Interlocked.Add(ref _bytesReceived, bytes);
    }

    /// <summary>Counts how a request ended, where it was not answered by its target.</summary>
    internal void Ended(ReplyStatus status)
    {
        switch (status)
        {
            case ReplyStatus.Overloaded:
                Interlocked.Increment(ref _overloaded);
                break;
            case ReplyStatus.Timeout:
                Interlocked.Increment(ref _timeouts);
                break;
            case ReplyStatus.Unreachable or ReplyStatus.Lost:
                Interlocked.Increment(ref _unreachable);
                break;
        }
    }

    internal void LateReply() => Interlocked.Increment(ref _lateReplies);

    internal void RequestExpired() => Interlocked.Increment(ref _expired);

    internal void RequestFailed() => Interlocked.Increment(ref _failedRequests);

    internal void RequestHeld() => Interlocked.Increment(ref _heldRequests);

    internal void MalformedFrame() => Interlocked.Increment(ref _malformedFrames);

    internal void ConnectionOpened() => Interlocked.Increment(ref _connectionsOpened);

    internal void ConnectionLost() => Interlocked.Increment(ref _connectionsLost);

    internal void ConnectFailed() => Interlocked.Increment(ref _connectFailures);

    internal void Refused() => Interlocked.Increment(ref _refusals);
}
