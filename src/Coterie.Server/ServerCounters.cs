namespace Coterie.Server;

/// <summary>What the CQL server counts. Written from any thread; read by whoever shows it.</summary>
public sealed class ServerCounters
{
    private long _connectionsOpen;
    private long _connectionsRefused;
    private long _connectionsDropped;
    private long _requests;
    private long _errors;
    private long _overloaded;
    private long _flushes;
    private long _responses;
    private readonly RequestLatencies _reads = new();
    private readonly RequestLatencies _writes = new();

    /// <summary>How long reads, or writes, have taken: answered with an error too.</summary>
    public RequestLatencies Latencies(RequestKind kind) => kind == RequestKind.Read ? _reads : _writes;

    public long ConnectionsOpen => Interlocked.Read(ref _connectionsOpen);

    /// <summary>Closed at once because there were too many.</summary>
    public long ConnectionsRefused => Interlocked.Read(ref _connectionsRefused);

    /// <summary>Disconnected because they did not read, or did not begin in time.</summary>
    public long ConnectionsDropped => Interlocked.Read(ref _connectionsDropped);

    public long Requests => Interlocked.Read(ref _requests);

    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Requests refused for lack of room before they were looked at.</summary>
    public long Overloaded => Interlocked.Read(ref _overloaded);

    /// <summary>How often output was handed to the network; <see cref="Responses"/> over this is how well responses coalesce.</summary>
    public long Flushes => Interlocked.Read(ref _flushes);

    public long Responses => Interlocked.Read(ref _responses);

    internal void ConnectionOpened() => Interlocked.Increment(ref _connectionsOpen);

    internal void ConnectionClosed() => Interlocked.Decrement(ref _connectionsOpen);

    internal void ConnectionRefused() => Interlocked.Increment(ref _connectionsRefused);

    internal void ConnectionDropped() => Interlocked.Increment(ref _connectionsDropped);

    internal void Request() => Interlocked.Increment(ref _requests);

    internal void Error() => Interlocked.Increment(ref _errors);

    internal void RequestOverloaded() => Interlocked.Increment(ref _overloaded);

    internal void Flushed() => Interlocked.Increment(ref _flushes);

    internal void Answered(RequestKind kind, TimeSpan elapsed)
    {
        if (kind != RequestKind.Other)
        {
            Latencies(kind).Record(elapsed);
        }
    }

    internal void Response() => Interlocked.Increment(ref _responses);
}
