using System.Collections.Immutable;

namespace Coterie.Model.Schema;

/// <summary>What a read does when replicas differ. BLOCKING: repaired before the answer. ASYNC: asks all N, answers at R, repairs after. NONE: answers only.</summary>
public enum ReadRepair : byte
{
    Blocking = 0,
    Async = 1,
    None = 2,
}

/// <summary>Whose clock stamps a write that does not say USING TIMESTAMP.</summary>
public enum TimestampSource : byte
{
    Client = 0,
    Server = 1,
}

/// <summary>When to ask one more replica: never, always, after a fixed time, or after a percentile of the table's latency.</summary>
public readonly record struct SpeculativeRetry(SpeculativeRetryKind Kind, double Value)
{
    public static SpeculativeRetry Default => new(SpeculativeRetryKind.Percentile, 99);
}

public enum SpeculativeRetryKind : byte
{
    Never = 0,
    Always = 1,
    FixedMilliseconds = 2,
    Percentile = 3,
}

/// <summary>Options of a table. <see cref="Extra"/> keeps what clients set and Coterie accepts without acting on it (compaction, caching, ...), as they wrote it.</summary>
public sealed record TableOptions
{
    public static TableOptions Default { get; } = new();

    public string Comment { get; init; } = "";

    public TimeSpan GcGrace { get; init; } = TimeSpan.FromDays(10);

    /// <summary>Zero: none.</summary>
    public int DefaultTimeToLiveSeconds { get; init; }

    public ReadRepair ReadRepair { get; init; } = ReadRepair.Blocking;

    public TimestampSource Timestamps { get; init; } = TimestampSource.Client;

    public SpeculativeRetry SpeculativeRetry { get; init; } = SpeculativeRetry.Default;

    public ImmutableSortedDictionary<string, string> Extra { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
