using System.Net;
using Coterie.Host.CqlClient;
using Coterie.Host.LoadGenerator;
using Coterie.Model.Quorum;

namespace Coterie.Host.Tests;

/// <summary>
/// What one operation may allocate, from the client's socket to the disks of three nodes and back: everything that this process allocates under
/// load, divided by the operations. The load generator allocates next to nothing.
/// </summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int BytesPerOperationMax = 2 * 1024;
    private const int Rows = 20_000;

    [Fact]
    public async Task An_operation_at_QUORUM_allocates_at_most_two_kilobytes_on_all_three_nodes_together()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = await RealCluster.StartAsync(cancellation);
        var write = await PrepareAsync(cluster, "INSERT INTO k.t (id, value) VALUES (?, ?)", cancellation);
        var read = await PrepareAsync(cluster, "SELECT value FROM k.t WHERE id = ?", cancellation);
        var fill = Load(cluster, LoadWorkload.Write, write, read);
        AssertClean(new LoadLoop(fill).Fill(cancellation));
        var perWrite = Measure(fill, cancellation);
        var perRead = Measure(fill with { Workload = LoadWorkload.Read }, cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine($"{perWrite:N0} bytes for each write, {perRead:N0} for each read");
        Assert.True(perWrite <= BytesPerOperationMax, $"{perWrite:N0} bytes for each write");
        Assert.True(perRead <= BytesPerOperationMax, $"{perRead:N0} bytes for each read");
    }

    private static double Measure(LoadOptions load, CancellationToken cancellation)
    {
        // Once for what is made once: pools, compiled methods, state machines.
        AssertClean(new LoadLoop(load).Run(cancellation));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var report = new LoadLoop(load).Run(cancellation);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        AssertClean(report);
        return (double)allocated / report.Operations;
    }

    private static void AssertClean(LoadReport report)
    {
        Assert.Empty(report.Errors);
        Assert.True(report.Operations > 0);
    }

    private static async Task<ReadOnlyMemory<byte>> PrepareAsync(RealCluster cluster, string statement, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> id = default;
        foreach (var server in cluster.Clients)
        {
            await using var client = await CqlConnection.ConnectAsync(server, cancellation);
            foreach (var schema in new[]
            {
                "CREATE KEYSPACE IF NOT EXISTS k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
                "CREATE TABLE IF NOT EXISTS k.t (id bigint PRIMARY KEY, value blob)",
            })
            {
                await client.QueryAsync(schema, ConsistencyLevel.Quorum, cancellation);
            }

            id = await client.PrepareAsync(statement, cancellation);
        }

        return id;
    }

    private static LoadOptions Load(RealCluster cluster, LoadWorkload workload, ReadOnlyMemory<byte> write, ReadOnlyMemory<byte> read) => new()
    {
        Workload = workload,
        Consistency = ConsistencyLevel.Quorum,
        Servers = (IReadOnlyList<IPEndPoint>)cluster.Clients,
        Connections = 6,
        InFlight = 32,
        Rate = null,
        Warmup = TimeSpan.Zero,
        Duration = TimeSpan.FromSeconds(2),
        ValueBytes = 100,
        Rows = Rows,
        WriteId = write,
        ReadId = read,
    };
}
