namespace Coterie.Host.Workloads;

/// <summary>What can be written to a cluster and checked afterwards.</summary>
public enum WorkloadKind
{
    /// <summary>A row of its own for each write.</summary>
    Plain,

    /// <summary>Sets and maps, added to and removed from through different nodes.</summary>
    Carts,

    /// <summary>Appended by device and day, read as ranges of time, with a time to live.</summary>
    Events,
}

public static class Workload
{
    /// <param name="table">With its keyspace.</param>
    /// <param name="nodes">Nodes that the writes go through.</param>
    public static IWorkload Create(WorkloadKind kind, string table, int nodes) => kind switch
    {
        WorkloadKind.Carts => new CartsWorkload(table, nodes),
        WorkloadKind.Events => new EventsWorkload(table, TimeProvider.System),
        _ => new PlainWorkload(table),
    };
}
