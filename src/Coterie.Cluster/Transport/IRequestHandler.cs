using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>Answers requests of some verbs. Registered with the messenger's dispatcher at start.</summary>
public interface IRequestHandler
{
    /// <summary>
    /// Called on the thread that received the request; must be short and must not block. Answers now or later, once, through
    /// <see cref="Request.Reply"/>. <see cref="Request.Body"/> is valid during the call only.
    /// </summary>
    void Handle(in Request request);
}

/// <summary>One request as it arrives.</summary>
public readonly ref struct Request(NodeId from, Verb verb, ReadOnlySpan<byte> body, long deadline, ReplyTo reply)
{
    public NodeId From { get; } = from;

    public Verb Verb { get; } = verb;

    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>A <c>TimeProvider.GetTimestamp</c> of this node's provider, after which nobody waits for the answer: drop expired work unread.</summary>
    public long Deadline { get; } = deadline;

    public ReplyTo Reply { get; } = reply;
}

/// <summary>Where an answer goes. Small and copyable, so that a handler can keep it without allocating. Answer exactly once.</summary>
public readonly record struct ReplyTo(IReplyChannel Channel, ulong RequestId)
{
    public void Send(ReplyStatus status, ReadOnlySpan<byte> body) => Channel.Reply(RequestId, status, body);
}

/// <summary>A connection, or the local shortcut, that carries answers back. Safe from any thread; an answer to a closed connection is dropped.</summary>
public interface IReplyChannel
{
    void Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body);
}
