namespace Coterie.Simulation.Runs;

/// <summary>Rare situations, by the names of their probes, without which a campaign has not tested what it says.</summary>
internal static class Situations
{
    /// <summary>What faults and their consequences must have brought about in a cluster that is written to and read from.</summary>
    public static string[] OfFaults { get; } =
    [
        "crash lost unsynced batches",
        "network stalled a chunk",
        "network lost a chunk and its connection",
        "network cut held bytes back",
        "fault: killed",
        "fault: vanished",
        "fault: paused",
        "fault: cut",
        "fault: reset",
        "fault: stepped",
        "fault: filled",
        "fault: fails",
        "log Dead",
        "log OwnPause",
        "log LogFailed",
        "write ended: Timeout",
        "write ended: Unavailable",
        "read ended: Timeout",
        "read ended: Unavailable",
        "digest mismatch",
        "repair sent",
        "speculative read",
        "mutation missed",
        "mutation not durable",
        "read from the cold",
        "request to a peer timed out",
        "request too old on arrival",
        "reply too late",
        "peer unreachable",
        "peer connection lost",
        "peer connection failed",
    ];
}
