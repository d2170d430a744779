namespace Coterie.Raft;

/// <summary>Whether a command was taken.</summary>
public enum ProposeResult : byte
{
    Appended,
    NotLeader,

    /// <summary>Too much is uncommitted, or leadership is being handed over. Not appended.</summary>
    Busy,
}
