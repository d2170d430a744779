namespace Coterie.Cluster.Transport;

/// <summary>
/// What a connection between two nodes is for. Bulk has its own, so that a large transfer never stands in front of a heartbeat.
/// Part of the wire format.
/// </summary>
public enum ConnectionClass : byte
{
    /// <summary>Requests of clients, agreement on metadata, heartbeats.</summary>
    Requests = 1,

    /// <summary>What is large and can wait: log entries for who is behind; hints, repair and snapshots when there are any.</summary>
    Bulk = 2,
}

internal static class VerbClass
{
    public const int Count = 2;

    public static ConnectionClass Of(Verb verb) => verb switch
    {
        Verb.MetadataPull or Verb.Replay or Verb.GroupRows => ConnectionClass.Bulk,
        >= Verb.TreeRepair and <= Verb.TreeBarrier => ConnectionClass.Bulk,
        _ => ConnectionClass.Requests,
    };

    public static int IndexOf(Verb verb) => (int)Of(verb) - 1;

    /// <summary>Verbs by which a node that is behind learns: handed on whatever epoch they carry.</summary>
    public static bool PassesEpochGate(Verb verb) =>
        verb is Verb.Heartbeat or Verb.Hello or Verb.MetadataPrepare or Verb.MetadataAccept or Verb.MetadataCommit or Verb.MetadataPull;
}
