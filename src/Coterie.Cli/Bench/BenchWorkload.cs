using Coterie.Host.LoadGenerator;
using Coterie.Host.Workloads;

namespace Coterie.Cli.Bench;

/// <summary>What <c>bench</c> can do: the first three know nothing of what they write, the others look for all of it afterwards.</summary>
internal enum BenchWorkload
{
    Write,
    Read,
    Mixed,
    Carts,
    Events,
}

internal static class BenchWorkloads
{
    /// <summary>Null for one that is not checked.</summary>
    public static WorkloadKind? Checked(this BenchWorkload workload) => workload switch
    {
        BenchWorkload.Carts => WorkloadKind.Carts,
        BenchWorkload.Events => WorkloadKind.Events,
        _ => null,
    };

    public static LoadWorkload Load(this BenchWorkload workload) => workload switch
    {
        BenchWorkload.Read => LoadWorkload.Read,
        BenchWorkload.Mixed => LoadWorkload.Mixed,
        _ => LoadWorkload.Write,
    };
}
