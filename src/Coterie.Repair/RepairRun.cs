using Coterie.Model.Ids;
using Coterie.Repair.Exchanges;

namespace Coterie.Repair;

/// <summary>A repair that somebody asked for: what it is about, and how far it is.</summary>
/// <param name="keyspace">Null: all.</param>
/// <param name="table">Null: all of the keyspace.</param>
/// <param name="dryRun">Compare only.</param>
public sealed class RepairRun(string? keyspace, string? table, bool dryRun)
{
    private readonly Lock _lock = new();
    private readonly List<RepairPart> _parts = [];

    public string? Keyspace { get; } = keyspace;

    public string? Table { get; } = table;

    public bool DryRun { get; } = dryRun;

    /// <summary>Pairs of replicas to compare, each for one table and one group of ranges; -1 until that is known.</summary>
    public int PartsTotal { get; internal set; } = -1;

    /// <summary>True when nothing more will be added.</summary>
    public bool IsDone { get; internal set; }

    public IReadOnlyList<RepairPart> Parts()
    {
        lock (_lock)
        {
            return [.. _parts];
        }
    }

    internal void Add(RepairPart part)
    {
        lock (_lock)
        {
            _parts.Add(part);
        }
    }
}

/// <summary>One comparison of a run that has begun.</summary>
/// <param name="Figures">Rising while it goes on.</param>
public sealed record RepairPart(string Keyspace, string Table, NodeId Peer, ExchangeFigures Figures)
{
    /// <summary>Null while it goes on or when it has succeeded; otherwise why it has not.</summary>
    public string? Failure { get; internal set; }

    public bool IsDone { get; internal set; }

    /// <summary>One of the two had lost writes, and compares again soon.</summary>
    internal bool IsRefilling { get; set; }

    /// <summary>How long it took; while it goes on, zero.</summary>
    public TimeSpan Elapsed { get; internal set; }
}
