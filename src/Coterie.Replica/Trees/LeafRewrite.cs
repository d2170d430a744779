using Coterie.Storage;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Trees;

/// <summary>
/// Puts what was read of a leaf in its place: clean, if nobody has written to it since; cut all the same if somebody has, since where leaves start
/// does not depend on what was written.
/// </summary>
internal sealed class LeafRewrite : ConditionalWrite
{
    private readonly TreeLeaves _leaves;
    private readonly LeafView _view;
    private readonly LeafReading _reading;
    private readonly bool _readAll;
    private readonly TaskCompletionSource<WriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="readAll">Everything that the leaf's last batch wrote was visible when it was read.</param>
    public LeafRewrite(TreeLeaves leaves, in LeafView view, LeafReading reading, bool readAll)
        : base(leaves, new LeafBasis([(view.Leaf, view.LastBatch)]))
    {
        _leaves = leaves;
        _view = view;
        _reading = reading;
        _readAll = readAll;
    }

    public override int Bytes => 128 * _reading.Contents.Count;

    public Task<WriteResult> Done => _done.Task;

    public override void Completed(WriteResult result) => _done.SetResult(result);

    protected override void AppendUnchanged(StorageBatch batch) => Append(batch, _readAll);

    protected override void AppendChanged(StorageBatch batch) => Append(batch, clean: false);

    private void Append(StorageBatch batch, bool clean)
    {
        if (!_leaves.IsCurrent(_view.Leaf))
        {
            // Somebody has put others in its place: these would be leaves that nobody knows of.
            return;
        }

        if (!clean && _reading.Contents.Count == 1 && _reading.ResumeAt is null)
        {
            return;
        }

        var leaves = new List<Leaf>(_reading.Contents.Count + 1);
        foreach (var content in _reading.Contents)
        {
            // An empty leaf is the one before it: but the first of a table, which has none.
            if (clean && content.Count == 0 && content.Start.Length > sizeof(uint))
            {
                batch.Delete(StorageArea.Trees, content.Start);
                continue;
            }

            leaves.Add(clean
                ? Leaf.Clean(content.Start, content.Hash, content.Count, content.OldestPurgeable, content.Tombstones)
                : Leaf.Dirty(content.Start, Math.Min(_view.Leaf.OldestPurgeable, content.OldestPurgeable)));
        }

        if (_reading.ResumeAt is { } rest)
        {
            leaves.Add(Leaf.Dirty(rest, _view.Leaf.OldestPurgeable));
        }

        foreach (var leaf in leaves)
        {
            leaf.PutRecord(batch);
        }

        _leaves.Replace(_view.Leaf, leaves);
    }
}
