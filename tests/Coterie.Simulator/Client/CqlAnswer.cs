namespace Coterie.Simulator.Client;

/// <summary>How a statement ended, as its client saw it.</summary>
public enum CqlOutcome : byte
{
    Ok,

    /// <summary>Refused before anything was done.</summary>
    Unavailable,

    /// <summary>The node said that it timed out, failed or was overloaded: what was done is unknown.</summary>
    Unknown,

    /// <summary>The statement itself is refused: in a simulation that is a mistake, of the workload or of the server.</summary>
    Refused,

    /// <summary>The connection broke or could not be made, or no answer came in time.</summary>
    Broken,
}

/// <param name="Rows">Values as bytes, null where there is none; empty unless the statement selects.</param>
public sealed record CqlAnswer(CqlOutcome Outcome, string Text, IReadOnlyList<byte[]?[]> Rows)
{
    /// <summary>Where the next page begins; null if this was the last.</summary>
    public byte[]? PagingState { get; init; }

    public static CqlAnswer Broken(string why) => new(CqlOutcome.Broken, why, []);
}
