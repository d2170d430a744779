namespace Coterie.Raft;

/// <summary>What an entry is for. Part of the formats on the wire and on disk: numbers are never reused.</summary>
public enum RaftEntryKind : byte
{
    /// <summary>Says nothing: a new leader writes one, so that it may commit what earlier terms left (Raft §5.4.2, §8).</summary>
    Empty = 0,

    /// <summary>A command for the state machine.</summary>
    Command = 1,

    /// <summary>Who is in the group from this entry on, as soon as a member has it in its log (Ongaro's thesis §4.1). Its payload is a <see cref="Raft.Membership"/>.</summary>
    Membership = 2,
}

/// <summary>One entry of a log. Never changed; the entry at an index may be replaced by another of a higher term until it is committed.</summary>
/// <param name="Payload">Opaque here.</param>
public sealed record RaftEntry(LogPosition Position, RaftEntryKind Kind, ReadOnlyMemory<byte> Payload)
{
    /// <summary>What an entry takes in memory and on the wire beside its payload, about.</summary>
    private const int OverheadBytes = 32;

    public long Index => Position.Index;

    public long Term => Position.Term;

    /// <summary>By which batches and logs are bounded.</summary>
    public int Bytes => Payload.Length + OverheadBytes;
}
