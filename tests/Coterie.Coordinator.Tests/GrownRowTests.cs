using Coterie.Model;
using Coterie.Model.Quorum;
using static Coterie.Coordinator.Tests.TestRows;

namespace Coterie.Coordinator.Tests;

/// <summary>Limits are those of one write. A row that many acknowledged writes have made larger is still read and still repaired.</summary>
public sealed class GrownRowTests
{
    [Fact]
    public Task A_set_with_more_elements_than_one_write_may_have_is_read_and_repaired() => ReadAndRepair(
        Elements(0, Limits.CollectionElementsMax), Elements(Limits.CollectionElementsMax, 10), Elements(Limits.CollectionElementsMax + 10, 1));

    [Fact]
    public Task A_row_with_more_bytes_than_one_write_may_have_is_read_and_repaired() => ReadAndRepair(
        Large(1, 6_000_000), Large(3, 6_000_000), Large(4, 6_000_000), Elements(0, 5));

    private static async Task ReadAndRepair(params byte[][] writes)
    {
        var cluster = new TestCluster();
        cluster.Troubles[2] = Trouble.Dead;
        foreach (var write in writes)
        {
            Assert.True((await cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), write))).Outcome.IsSuccess);
        }

        cluster.Troubles.Clear();
        cluster.Troubles[1] = Trouble.Dead;
        var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, "a");
        Assert.Equal(RequestResult.Success, read.Outcome.Result);
        var row = Assert.Single(Assert.Single(read.Partitions).Rows).Row;
        Assert.Equal(0, cluster.Counters.RepairsFailed);
        Assert.True(Assert.Single(cluster.Look(2, "a")!.Rows).Row.Span.SequenceEqual(row.Span));
    }
}
