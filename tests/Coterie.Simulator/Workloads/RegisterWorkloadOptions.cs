namespace Coterie.Simulator.Workloads;

/// <summary>Whose clock stamps writes.</summary>
public enum TimestampSource : byte
{
    /// <summary>The client sends the protocol's default timestamp, as most drivers do.</summary>
    Client,

    /// <summary>The table says <c>timestamps = 'server'</c>.</summary>
    Server,

    /// <summary>The keyspace is leader-based: the leaders of its groups stamp every write.</summary>
    Leader,
}

/// <summary>What the clients do.</summary>
public sealed record RegisterWorkloadOptions
{
    public int Clients { get; init; } = 5;

    public int Keys { get; init; } = 4;

    public double WriteShare { get; init; } = 0.5;

    public ushort WriteConsistency { get; init; } = Quorum;

    public ushort ReadConsistency { get; init; } = Quorum;

    /// <summary>The share of reads that are done at ONE, and may see what is not the latest.</summary>
    public double EventualReadShare { get; init; }

    /// <summary>The share of writes that are done only if the register still is what somebody saw last. Only with leaders.</summary>
    public double ConditionalShare { get; init; }

    /// <summary>The payload <c>coterie.required</c> of writes and of reads; 0: what the level says.</summary>
    public int WriteRequired { get; init; }

    public int ReadRequired { get; init; }

    public TimestampSource Timestamps { get; init; }

    /// <summary>Client timestamps are rounded down to this, so that different writes get the same.</summary>
    public TimeSpan TimestampGrain { get; init; } = TimeSpan.FromMicroseconds(1);

    /// <summary>Client clocks are off by up to this much.</summary>
    public TimeSpan ClientSkew { get; init; }

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause of a client between two requests, at most.</summary>
    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Clients are dealt to the data centres in turn, and each talks to the nodes of its own alone.</summary>
    public int Datacenters { get; init; } = 1;

    /// <summary>
    /// Each data centre is held to the rule by itself, for what was acknowledged and read there: what LOCAL_QUORUM promises. Otherwise all are one.
    /// </summary>
    public bool IsJudgedPerDatacenter { get; init; }

    public const ushort Any = 0x0000;
    public const ushort One = 0x0001;
    public const ushort Quorum = 0x0004;
    public const ushort All = 0x0005;
    public const ushort LocalQuorum = 0x0006;
    public const ushort EachQuorum = 0x0007;
}
