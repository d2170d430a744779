using Coterie.Storage.Writer;

namespace Coterie.Storage.Trees;

/// <summary>Leaves as somebody saw them: each with the number of the batch that had last written to it.</summary>
public readonly record struct LeafBasis(IReadOnlyList<(Leaf Leaf, long LastBatch)> Leaves);

/// <summary>
/// A write that was worked out from what leaves held, and that counts only if none of them has been written to since: a hash, a sweep.
/// Decided on the writer loop, after all other writes of the same batch.
/// </summary>
public abstract class ConditionalWrite(TreeLeaves leaves, LeafBasis basis) : IPendingWrite
{
    public abstract int Bytes { get; }

    /// <summary>Whether the leaves were unchanged. Valid once completed; durable only if the result says so.</summary>
    public bool WasUnchanged { get; private set; }

    internal LeafBasis Basis => basis;

    public void AppendTo(StorageBatch batch) => leaves.Defer(this);

    public abstract void Completed(WriteResult result);

    /// <summary>Adds its operations. Called once, on the writer loop, if the leaves are unchanged.</summary>
    protected abstract void AppendUnchanged(StorageBatch batch);

    /// <summary>Called instead if they are not.</summary>
    protected virtual void AppendChanged(StorageBatch batch)
    {
    }

    internal void Decide(StorageBatch batch, bool unchanged)
    {
        WasUnchanged = unchanged;
        if (unchanged)
        {
            AppendUnchanged(batch);
        }
        else
        {
            AppendChanged(batch);
        }
    }
}
