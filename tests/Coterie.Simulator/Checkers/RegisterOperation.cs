namespace Coterie.Simulator.Checkers;

public enum OperationKind : byte
{
    Write,
    Read,
}

/// <summary>One operation on one last-write-wins cell, as its client saw it.</summary>
/// <param name="Order">The write's place in the order of timestamps, ties broken; of a read: that of the value read, 0 for absent. Unique for each write.</param>
/// <param name="Invoked">Virtual ticks at which it began.</param>
/// <param name="Ended">At which it was acknowledged or returned; null for a write that failed or whose outcome is unknown.</param>
public readonly record struct RegisterOperation(OperationKind Kind, long Order, long Invoked, long? Ended);

/// <summary>What a history is held to; see docs/consistency.md.</summary>
public enum RegisterRule : byte
{
    /// <summary>Linearizable register: R + W &gt; N, 2R &gt; N, blocking read repair, timestamps in real-time order.</summary>
    Full,

    /// <summary>The same when clocks are apart: never older than what had taken effect before the read began, and reads do not go back.</summary>
    Begin,

    /// <summary>R + W &gt; N without blocking repair, or 2R ≤ N: every write acknowledged before the read began is seen or superseded.</summary>
    Recency,

    /// <summary>R + W ≤ N: nothing is read that nobody has written yet.</summary>
    Real,
}

/// <summary>A read that should not have been, and why.</summary>
public sealed record RegisterViolation(RegisterOperation Read, string Why);
