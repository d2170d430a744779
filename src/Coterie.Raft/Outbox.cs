namespace Coterie.Raft;

/// <summary>Messages that wait to be sent: at once, or when what they say is durable.</summary>
internal sealed class Outbox(int self)
{
    public List<RaftMessage> AtOnce { get; } = [];

    public List<RaftMessage> AfterWrite { get; } = [];

    /// <summary>The member's term, which each of its messages tells.</summary>
    public long Term { get; set; }

    public bool IsPassive { get; set; }

    public RaftMessage Message(RaftMessageKind kind, int to) => new() { Kind = kind, From = self, To = to, Term = Term, IsPassive = IsPassive };
}
