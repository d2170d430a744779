using Coterie.Model.Ids;
using Coterie.Replica.Local;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Tests;

public sealed class LocalStateTests
{
    private readonly ReplicaFixture _replica = new();

    [Fact]
    public async Task Identity_and_ceiling_are_what_was_kept()
    {
        var state = new LocalState(_replica.Engine, _replica);
        Assert.Null(state.NodeId());
        Assert.Equal(0, state.ClockCeiling());
        var id = new NodeId(new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]));
        await state.SetNodeIdAsync(id);
        await state.SetClockCeilingAsync(1_790_000_000_000_000);
        await state.SetClockCeilingAsync(1_790_000_000_000_001);
        Assert.Equal(id, state.NodeId());
        Assert.Equal(1_790_000_000_000_001, state.ClockCeiling());
    }

    [Fact]
    public async Task Metadata_is_kept_by_name_apart_from_the_nodes_own()
    {
        var store = new EngineMetadataStore(_replica.Engine, _replica);
        await store.PutAsync("log/1", new byte[] { 1, 2 });
        Assert.Equal([1, 2], store.Get("log/1"));
        Assert.Null(store.Get("log/2"));
        Assert.Null(new LocalState(_replica.Engine, _replica).NodeId());
    }

    [Theory]
    [InlineData(WriteResult.Full)]
    [InlineData(WriteResult.Failed)]
    public async Task What_is_not_durable_is_an_io_error(WriteResult result)
    {
        _replica.WriterEndsWith = result;
        var store = new EngineMetadataStore(_replica.Engine, _replica);
        await Assert.ThrowsAsync<IOException>(() => store.PutAsync("log/1", new byte[] { 1 }));
        _replica.WriterIsFull = true;
        await Assert.ThrowsAsync<IOException>(() => store.PutAsync("log/1", new byte[] { 1 }));
    }
}
