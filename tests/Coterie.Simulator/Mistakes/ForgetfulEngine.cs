using System.Text;
using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>Never keeps what the node stores of itself under names that begin so: the ceiling of its clock, the promises of its acceptor.</summary>
public sealed class ForgetfulEngine(IStorageEngine inner, string prefix) : WrappedEngine(inner)
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);

    public override ValueTask CommitAsync(StorageBatch batch)
    {
        var kept = new StorageBatch();
        foreach (var item in batch)
        {
            if (item.Area != StorageArea.Local || !item.Key.StartsWith(_prefix))
            {
                Append(kept, item);
            }
        }

        return Inner.CommitAsync(kept);
    }
}
