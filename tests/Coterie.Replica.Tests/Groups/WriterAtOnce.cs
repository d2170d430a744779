using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Tests.Groups;

/// <summary>Commits each write as it is given.</summary>
internal sealed class WriterAtOnce(IStorageEngine engine) : IStorageWriter
{
    private readonly StorageBatch _batch = new();

    public bool TryEnqueue(IPendingWrite write)
    {
        _batch.Clear();
        write.AppendTo(_batch);
        var commit = engine.CommitAsync(_batch);
        Assert.True(commit.IsCompletedSuccessfully);
        write.Completed(WriteResult.Durable);
        return true;
    }
}
