using Coterie.Model.Reads;
using Coterie.Model.Rows;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// Puts an answer together from several steps: parts of one partition become one, dead rows are dropped (they have done their work), and the
/// command's limits cut what is too much. Pure.
/// </summary>
/// <param name="command">The client's read, whose own point of resumption says which partition the page before has begun.</param>
internal sealed class RowAccumulator(ReadCommand command)
{
    private readonly List<PartitionRows> _partitions = [];
    private List<RowEntry> _rows = [];
    private PartitionRows? _open;
    private int _live;

    /// <summary>True if a row was left out because of <see cref="ReadCommand.Limit"/>.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Live rows so far; a partition's static row counts only when the partition has ended without a row.</summary>
    public int Live => _live;

    public bool IsFull => _live >= command.Limit;

    public void Add(IReadOnlyList<PartitionRows> partitions)
    {
        for (var i = 0; i < partitions.Count; i++)
        {
            Add(partitions[i]);
        }
    }

    /// <summary>The answer. Nothing may be added after.</summary>
    public IReadOnlyList<PartitionRows> Finish()
    {
        Close();
        return _partitions;
    }

    private void Add(PartitionRows partition)
    {
        if (_open is null || _open.Token != partition.Token || !_open.PartitionKey.Span.SequenceEqual(partition.PartitionKey.Span))
        {
            Close();
        }

        // What a later step says of the partition includes what an earlier one said of its static row and deletions.
        _open = partition;
        for (var i = 0; i < partition.Rows.Count; i++)
        {
            if (!RowMerge.IsLive(partition.Rows[i].Row.Span, command.NowSeconds) || _rows.Count >= command.PartitionLimit)
            {
                continue;
            }

            if (IsFull)
            {
                WasCut = true;
                return;
            }

            _rows.Add(partition.Rows[i]);
            _live++;
        }
    }

    private void Close()
    {
        if (_open is { } partition)
        {
            var resumed = command.ResumeAfter is { EntryKey.IsEmpty: false } point && IsAt(partition, point);
            if (_rows.Count > 0)
            {
                Keep(partition);
            }
            else if (!resumed && LiveRows.IsStaticLive(partition, command.NowSeconds))
            {
                WasCut |= IsFull;
                if (!IsFull)
                {
                    _live++;
                    Keep(partition);
                }
            }
        }

        _open = null;
        _rows = [];
    }

    private static bool IsAt(PartitionRows partition, ResumePoint point) =>
        partition.Token == point.Token && partition.PartitionKey.Span.SequenceEqual(point.PartitionKey.Span);

    private void Keep(PartitionRows partition) => _partitions.Add(new PartitionRows
    {
        Token = partition.Token,
        PartitionKey = partition.PartitionKey,
        PartitionDeletion = partition.PartitionDeletion,
        Static = partition.Static,
        Rows = _rows,

        // Whatever stopped the last step: there are no more rows to be had of it.
        Limited = partition.Limited || _rows.Count >= command.PartitionLimit,
    });
}
