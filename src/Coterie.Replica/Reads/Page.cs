using System.Buffers;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Replica.Reads;

/// <summary>
/// One answer while it is being put together: what a partition's deletions shadow is left out, and what the horizon allows to be swept; live rows are
/// counted, and the page ends when it has enough or has cost enough. A partition is begun in the answer when there is something to say of it.
/// </summary>
/// <remarks>
/// Invariant: two replicas with equal states write equal bytes under equal horizons, whatever lies under a deletion physically and whatever has been swept, unless the bound on entries
/// looked at ends the page; then the difference costs a comparison of rows, not a wrong answer.
/// </remarks>
internal sealed class Page
{
    private readonly PooledBuffer _response = new();
    private readonly PooledBuffer _partitionKey = new();
    private readonly PooledBuffer _static = new();
    private readonly PooledBuffer _scratch = new();
    private readonly PooledBuffer _purged = new();
    private readonly List<RangeDeletion> _ranges = [];
    private ReadResponseWriter _writer;
    private RangeDeletionIndex? _index;
    private FormationTime _horizon;
    private Deletion _deletion;
    private Token _token;
    private long _nowSeconds;
    private int _limit;
    private int _partitionLimit;
    private int _live;
    private int _partitionLive;
    private int _scanned;
    private int _rangeBytes;
    private bool _resumed;
    private bool _opened;

    /// <summary>The encoded answer, after Finish or FinishStopped.</summary>
    public ReadOnlyMemory<byte> Response => _response.Memory[ReadReply.HorizonBytes..];

    /// <summary>The same with the horizon in front.</summary>
    public ReadOnlyMemory<byte> Reply => _response.Memory;

    /// <summary>The partition's header says that it has range tombstones.</summary>
    public bool HasRanges { get; private set; }

    /// <summary>True if nothing more may be added: the place where the last entry stood is where the page stops.</summary>
    public bool IsFull => _live >= _limit || _scanned >= Limits.PageScannedEntriesMax || _response.Length >= Limits.PageBytesMax;

    public void Begin(in ReadCommandReader command, FormationTime horizon)
    {
        Clear();
        _horizon = horizon;
        _nowSeconds = command.NowSeconds;
        _limit = command.Limit;
        _partitionLimit = command.PartitionLimit;
        _live = _scanned = 0;
        ReadReply.Begin(horizon, _response);
        _writer = new ReadResponseWriter(_response);
    }

    /// <param name="resumed">An earlier page has returned rows of it: its static row alone counts for nothing.</param>
    public void BeginPartition(Token token, ReadOnlySpan<byte> partitionKey, bool resumed)
    {
        _token = token;
        _partitionKey.Truncate(0);
        _partitionKey.Write(partitionKey);
        _resumed = resumed;
        _static.Truncate(0);
        _ranges.Clear();
        _index = null;
        _deletion = Deletion.None;
        _partitionLive = _rangeBytes = 0;
        _opened = HasRanges = false;
    }

    public void Header(ReadOnlySpan<byte> row)
    {
        var header = new RowReader(row);
        HasRanges = header.HasRanges;
        _deletion = header.RowDeletion;
    }

    /// <summary>Only the partition's deletion shadows the static row: ranges are ranges of rows.</summary>
    public void Static(ReadOnlySpan<byte> row)
    {
        if (_deletion.IsNone)
        {
            _static.Write(Left(row));
        }
        else
        {
            _scratch.Truncate(0);
            if (RowMerge.Shadow(row, _deletion, _scratch))
            {
                _static.Write(Left(_scratch.Span));
            }
        }
    }

    /// <summary>A range tombstone that overlaps a slice. One that the partition's deletion shadows has no effect and is not told.</summary>
    public void Range(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        var deletion = new RowReader(row).RowDeletion;
        _scanned++;
        if (deletion.IsNone || _deletion.Shadows(deletion.Timestamp))
        {
            return;
        }

        _rangeBytes += entryKey.Length;
        if (_ranges.Count == Limits.PageScannedEntriesMax || _rangeBytes > Limits.PageBytesMax)
        {
            throw new TombstonesOverwhelmException($"one partition has more than {_ranges.Count} range tombstones, or {_rangeBytes} bytes of them");
        }

        _ranges.Add(new RangeDeletion(entryKey.ToArray(), deletion));
    }

    /// <summary>A row inside a slice, in the order of the read.</summary>
    public PageEnd Row(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        _scanned++;
        var outer = _ranges.Count == 0 ? _deletion : Deletion.Later(_deletion, (_index ??= new RangeDeletionIndex(_ranges)).At(entryKey));
        if (outer.IsNone)
        {
            Append(entryKey, row);
        }
        else
        {
            _scratch.Truncate(0);
            if (RowMerge.Shadow(row, outer, _scratch))
            {
                Append(entryKey, _scratch.Span);
            }
        }

        // A partition that has given all that is wanted of it is done, also where the page is full: the next page must not go on inside it.
        return _partitionLive >= _partitionLimit ? PageEnd.PartitionLimit : IsFull ? PageEnd.Page : PageEnd.None;
    }

    /// <summary>An entry that was looked at and is not in any slice.</summary>
    public PageEnd Skipped()
    {
        _scanned++;
        return IsFull ? PageEnd.Page : PageEnd.None;
    }

    /// <param name="limited">The partition limit ended it.</param>
    public void EndPartition(bool limited)
    {
        if (!_opened && (!Told(_deletion).IsNone || _ranges.Exists(range => !Told(range.Deletion).IsNone) || _static.Length > 0))
        {
            Open();
        }

        if (_opened)
        {
            _writer.EndPartition(limited);
        }

        if (_partitionLive == 0 && !_resumed && _static.Length > 0 && RowMerge.IsLive(_static.Span, _nowSeconds))
        {
            _live++;
        }
    }

    /// <summary>All that was asked for is told.</summary>
    public void Finish() => _writer.Finish();

    /// <summary>All up to this entry of the partition last begun is told. Empty: all of that partition.</summary>
    public void FinishStopped(ReadOnlySpan<byte> entryKey) => _writer.FinishStopped(_token, _partitionKey.Span, entryKey);

    public void Clear()
    {
        _response.Clear();
        _partitionKey.Clear();
        _static.Clear();
        _scratch.Clear();
        _purged.Clear();
        _ranges.Clear();
        _index = null;
    }

    /// <summary>What the horizon leaves of a row that nothing shadows; empty if that is nothing.</summary>
    private ReadOnlySpan<byte> Left(ReadOnlySpan<byte> row)
    {
        if (_horizon == default || RowPurge.OldestPurgeable(row) >= _horizon.Milliseconds)
        {
            return row;
        }

        _purged.Truncate(0);
        RowPurge.Apply(row, _horizon, _purged);
        return _purged.Span;
    }

    /// <summary>A deletion that may be swept shadows still, but is not told of.</summary>
    private Deletion Told(Deletion deletion) => RowPurge.IsPurgeable(deletion, _horizon) ? Deletion.None : deletion;

    private void Append(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> whole)
    {
        var row = Left(whole);
        if (row.IsEmpty)
        {
            return;
        }

        if (!_opened)
        {
            Open();
        }

        _writer.Row(entryKey, row);
        if (RowMerge.IsLive(row, _nowSeconds))
        {
            _live++;
            _partitionLive++;
        }
    }

    private void Open()
    {
        _opened = true;
        _writer.BeginPartition(_token, _partitionKey.Span, Told(_deletion));
        foreach (var range in _ranges)
        {
            if (!Told(range.Deletion).IsNone)
            {
                _writer.Range(range.EntryKey.Span, range.Deletion);
            }
        }

        _writer.Static(_static.Span);
    }
}
