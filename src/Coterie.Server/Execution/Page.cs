using Coterie.Coordinator;
using Coterie.Coordinator.Reads;
using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Reads;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>
/// One page while it is filled: which read is next, how many rows it may bring, and where the page ends. No I/O: the executor reads. Pooled.
/// </summary>
/// <remarks>
/// Invariant: a read is never asked for more rows than the page has room for, so a page always ends at the end of what was read, and the
/// place to go on from is the last entry that came, dead or alive. The projector may return fewer rows than it was given; then reading goes on.
/// </remarks>
internal sealed class Page
{
    private IReadOnlyList<ReadCommand> _reads = [];
    private IRowProjector? _projector;
    private FrameWriter? _rows;
    private bool _isAggregate;
    private int _command;
    private int _limitLeft;
    private int _pageLeft;
    private ResumePoint? _after;

    /// <summary>The rows of the answer.</summary>
    public int Count { get; private set; }

    public Vote? Vote { get; set; }

    /// <summary>Where the next page begins; null if there is none.</summary>
    public PagePosition? Rest => IsFull && _limitLeft > 0 && _command < _reads.Count ? new PagePosition(_command, _limitLeft, _after) : null;

    private bool IsFull => _pageLeft == 0;

    /// <param name="pageSize">0: everything in one answer, as Cassandra does for clients that do not page.</param>
    public void Begin(IReadOnlyList<ReadCommand> reads, IRowProjector projector, in PagePosition position, int pageSize, bool isAggregate, FrameWriter rows)
    {
        _reads = reads;
        _projector = projector;
        _rows = rows;
        _isAggregate = isAggregate;
        _command = position.Command;
        _after = position.After;
        _limitLeft = isAggregate ? int.MaxValue : position.Left;
        _pageLeft = pageSize == 0 ? int.MaxValue : Math.Min(pageSize, Limits.PageRowsMax);
        Count = 0;
    }

    /// <summary>Lets go of what it was filled from, so that it can be kept for another.</summary>
    public void Clear()
    {
        _reads = [];
        _projector = null;
        _rows = null;
        _after = null;
        Vote = null;
    }

    /// <summary>The read to make next; null when the page is full or there is nothing left.</summary>
    public ReadCommand? Next()
    {
        if (IsFull || _limitLeft <= 0 || _command >= _reads.Count)
        {
            return null;
        }

        var command = _reads[_command];
        var limit = Math.Min(Math.Min(_pageLeft, _limitLeft), Limits.PageRowsMax);
        return _after is null && command.Limit <= limit ? command : command.With(_after, Math.Min(command.Limit, limit));
    }

    /// <summary>Projects what was read and moves on.</summary>
    public void Take(in ReadOutcome outcome)
    {
        for (var i = 0; i < outcome.Partitions.Count; i++)
        {
            var count = _projector!.Project(outcome.Partitions[i], Math.Min(_pageLeft, _limitLeft), _rows!);
            if (!_isAggregate)
            {
                Count += count;
                _pageLeft -= _pageLeft == int.MaxValue ? 0 : count;
                _limitLeft -= _limitLeft == int.MaxValue ? 0 : count;
            }
        }

        if (outcome.Exhausted || outcome.Partitions.Count == 0)
        {
            _command++;
            _after = null;
        }
        else
        {
            _after = EndOf(outcome.Partitions[^1]);
        }
    }

    public void Finish()
    {
        if (_isAggregate)
        {
            Count = _projector!.Finish(_rows!);
        }
    }

    private static ResumePoint EndOf(PartitionRows last) => new(
        last.Token,
        last.PartitionKey,
        last.Limited || last.Rows.Count == 0 ? default : last.Rows[^1].EntryKey);
}
