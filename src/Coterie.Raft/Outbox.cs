namespace Coterie.Raft;

/// <summary>Messages that wait to be sent: at once, or when what they say is durable.</summary>
internal sealed class Outbox
{
    public List<RaftMessage> AtOnce { get; } = [];

    public List<RaftMessage> AfterWrite { get; } = [];
}
