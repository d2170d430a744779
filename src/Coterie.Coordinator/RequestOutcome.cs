namespace Coterie.Coordinator;

/// <summary>How a coordinated request ended. An expected outcome is a value, not an exception.</summary>
public enum RequestResult : byte
{
    Success = 0,

    /// <summary>Fewer replicas alive than required, known before anything was sent: nothing was applied.</summary>
    Unavailable,

    /// <summary>Fewer answered in time than required. A write may still have been applied, and is not rolled back.</summary>
    Timeout,

    /// <summary>So many replicas failed that the required number cannot be reached.</summary>
    Failure,

    /// <summary>This node, or so many replicas that the required number cannot be reached, refused for lack of room.</summary>
    Overloaded,
}

/// <summary>What a client is told, whatever the level was called.</summary>
/// <param name="Required">How many replicas had to answer.</param>
/// <param name="Answered">How many did; for <see cref="RequestResult.Unavailable"/>: how many were alive.</param>
/// <param name="Failed">How many answered with a failure.</param>
/// <param name="DataPresent">For reads: whether the replica asked for data answered.</param>
public readonly record struct RequestOutcome(RequestResult Result, int Required, int Answered, int Failed, bool DataPresent)
{
    public bool IsSuccess => Result == RequestResult.Success;
}
