using Coterie.Host.CqlClient;
using Coterie.Host.Lab;
using Coterie.Model.Quorum;

namespace Coterie.Host.Workloads;

/// <summary>Reads what a workload has written.</summary>
/// <param name="level">At which it reads.</param>
public sealed class WorkloadReader(LabSession session, ConsistencyLevel level)
{
    private const int Attempts = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Null: the cluster did not say, however often it was asked.</summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>?[]>?> ReadAsync(CqlStatement statement, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await ReadOnceAsync(statement) is { } rows)
            {
                return rows;
            }

            await Task.Delay(Pause, cancellationToken);
        }

        return null;
    }

    /// <summary>Null: the cluster did not say.</summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>?[]>?> ReadOnceAsync(CqlStatement statement) =>
        (await session.AskAsync(new WorkloadWrite(statement), level)).Result is CqlResult result ? result.Rows : null;
}
