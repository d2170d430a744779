using Coterie.Host.CqlClient;
using Coterie.Host.Lab;

namespace Coterie.Host.Workloads;

/// <summary>What is written, and how it is found out afterwards that all of it is there. Safe from any thread.</summary>
public interface IWorkload
{
    /// <summary>The statement that creates the table it writes to.</summary>
    string TableDefinition { get; }

    /// <summary>The next write.</summary>
    /// <param name="number">Of this write; each is given once, and given back to <see cref="EndedAsync"/>.</param>
    WorkloadWrite Next(long number);

    /// <summary>How a write ended. A workload that must look at something at once does it here.</summary>
    Task EndedAsync(long number, LabAnswer answer, WorkloadReader reader);

    /// <summary>Compares what the table holds with what it must hold, when all writes have ended.</summary>
    Task CheckAsync(WorkloadReader reader, LabFindings findings, CancellationToken cancellationToken);
}

/// <param name="FirstNode">The node that should be asked first, by its place; null: whichever has least to do.</param>
public readonly record struct WorkloadWrite(CqlStatement Statement, int? FirstNode = null);
