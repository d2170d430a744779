using System.Buffers;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;
using Coterie.Model.Time;
using Coterie.Storage;

namespace Coterie.Replica.Reads;

/// <summary>
/// Reads what a command asks for into a page. One partition: its header (almost never there), its range tombstones if the header says so,
/// its static row if wanted, its rows slice by slice. A token range: one walk over the table's keys. Reused; one read at a time.
/// </summary>
internal sealed class ReplicaRead(IStorageEngine engine)
{
    /// <summary>Sorts after every entry of a partition, whose first byte is a kind.</summary>
    private const byte AfterPartition = 0xFF;

    private readonly Page _page = new();
    private readonly SliceSet _slices = new();
    private readonly PooledBuffer _key = new();
    private readonly PooledBuffer _upper = new();
    private readonly PooledBuffer _value = new();
    private readonly PooledBuffer _partitionKey = new();
    private int _prefix;

    /// <summary>The encoded answer of the last <see cref="TryRun"/> that was true.</summary>
    public ReadOnlyMemory<byte> Response => _page.Response;

    /// <summary>The same with the horizon in front, as it is sent.</summary>
    public ReadOnlyMemory<byte> Reply => _page.Reply;

    /// <summary>False if it needs the disk and may not wait for it: to be run again where it may.</summary>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    /// <exception cref="MalformedDataException">What was written is not what it should be.</exception>
    /// <exception cref="TombstonesOverwhelmException">Too many range tombstones in one partition.</exception>
    public bool TryRun(ref ReadCommandReader command, FormationTime horizon, bool cachedOnly)
    {
        _slices.Load(ref command);
        _page.Begin(command, horizon);
        if (command.IsSingle)
        {
            return TryReadSingle(command, cachedOnly);
        }

        if (cachedOnly)
        {
            return false;
        }

        ReadTokenRange(command);
        return true;
    }

    public void Clear()
    {
        _page.Clear();
        _key.Clear();
        _upper.Clear();
        _value.Clear();
        _partitionKey.Clear();
    }

    private bool TryReadSingle(in ReadCommandReader command, bool cachedOnly)
    {
        if (command.HasResume && command.ResumeEntryKey.IsEmpty)
        {
            _page.Finish();
            return true;
        }

        return TryReadPartition(command, command.Token, command.PartitionKey, cachedOnly, out var ended) && (ended || Finished());
    }

    private bool Finished()
    {
        _page.Finish();
        return true;
    }

    /// <param name="ended">The page ended inside the partition and is finished.</param>
    private bool TryReadPartition(in ReadCommandReader command, Token token, ReadOnlySpan<byte> partitionKey, bool cachedOnly, out bool ended)
    {
        ended = false;
        _page.BeginPartition(token, partitionKey, command.HasResume);
        _key.Truncate(0);
        DataKey.WritePartition(command.Table, token, partitionKey, _key);
        _prefix = _key.Length;
        if (Get(EntryKey.Header, cachedOnly) is var header && header == GetResult.NotCached)
        {
            return false;
        }

        if (header == GetResult.Found)
        {
            _page.Header(_value.Span);
        }

        if (_page.HasRanges)
        {
            if (cachedOnly)
            {
                return false;
            }

            ReadRanges(command);
        }

        if (command.WithStatic && Get(EntryKey.Static, cachedOnly) is var found && found != GetResult.Absent)
        {
            if (found == GetResult.NotCached)
            {
                return false;
            }

            _page.Static(_value.Span);
        }

        return TryReadSlices(command, cachedOnly, out ended);
    }

    private void ReadRanges(in ReadCommandReader command)
    {
        Key([(byte)EntryKind.RangeTombstone]);
        UpperOf([(byte)EntryKind.RangeTombstone + 1]);
        using var cursor = engine.Scan(StorageArea.Data, _key.Span, _upper.Span, reverse: false);
        while (cursor.MoveNext())
        {
            Range(command, cursor.Key[_prefix..], cursor.Value);
        }
    }

    private void Range(in ReadCommandReader command, ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        EntryKey.ReadRangeTombstone(entryKey, out var start, out var end);
        if (_slices.Overlaps(command, start, end))
        {
            _page.Range(entryKey, row);
        }
    }

    private bool TryReadSlices(in ReadCommandReader command, bool cachedOnly, out bool ended)
    {
        ended = false;
        for (var i = 0; i < _slices.Count; i++)
        {
            var index = command.Reversed ? _slices.Count - 1 - i : i;
            var start = _slices.Start(command, index);
            var end = _slices.End(command, index);
            if (!IsAhead(command, start, end))
            {
                continue;
            }

            PageEnd pageEnd;
            if (RowSlice.IsSingleRow(start, end))
            {
                if (!TryReadRow(start, cachedOnly, out pageEnd))
                {
                    return false;
                }

                // The last row of all that was asked for: what the limit would cut off is nothing.
                if (i == _slices.Count - 1)
                {
                    break;
                }

                EndIfFull(pageEnd, start, ref ended);
            }
            else if (cachedOnly)
            {
                return false;
            }
            else
            {
                pageEnd = ScanSlice(command, start, end, ref ended);
            }

            if (pageEnd != PageEnd.None)
            {
                return true;
            }
        }

        _page.EndPartition(limited: false);
        return true;
    }

    /// <summary>Whether any of the slice lies after the point from which the read goes on.</summary>
    private static bool IsAhead(in ReadCommandReader command, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end) =>
        !command.HasResume || (command.Reversed
            ? start.SequenceCompareTo(command.ResumeEntryKey) < 0
            : RowSlice.IsSingleRow(start, end) ? start.SequenceCompareTo(command.ResumeEntryKey) > 0 : end.SequenceCompareTo(command.ResumeEntryKey) > 0);

    private bool TryReadRow(ReadOnlySpan<byte> rowKey, bool cachedOnly, out PageEnd pageEnd)
    {
        pageEnd = PageEnd.None;
        var found = Get(rowKey, cachedOnly);
        if (found == GetResult.Found)
        {
            pageEnd = _page.Row(rowKey, _value.Span);
        }

        return found != GetResult.NotCached;
    }

    private PageEnd ScanSlice(in ReadCommandReader command, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, ref bool ended)
    {
        Key(start);
        UpperOf(end);
        if (command.HasResume)
        {
            Clip(command, start, end);
        }

        using var cursor = engine.Scan(StorageArea.Data, _key.Span, _upper.Span, command.Reversed);
        while (cursor.MoveNext())
        {
            var rowKey = cursor.Key[_prefix..];
            var pageEnd = _page.Row(rowKey, cursor.Value);
            if (pageEnd != PageEnd.None)
            {
                EndIfFull(pageEnd, rowKey, ref ended);
                return pageEnd;
            }
        }

        return PageEnd.None;
    }

    private void Clip(in ReadCommandReader command, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end)
    {
        if (command.Reversed)
        {
            if (command.ResumeEntryKey.SequenceCompareTo(end) < 0)
            {
                UpperOf(command.ResumeEntryKey);
            }
        }
        else if (command.ResumeEntryKey.SequenceCompareTo(start) >= 0)
        {
            Key(command.ResumeEntryKey);
            _key.Write<byte>([0]);
        }
    }

    private void EndIfFull(PageEnd pageEnd, ReadOnlySpan<byte> rowKey, ref bool ended)
    {
        if (pageEnd == PageEnd.None)
        {
            return;
        }

        _page.EndPartition(limited: pageEnd == PageEnd.PartitionLimit);
        if (pageEnd == PageEnd.Page)
        {
            _page.FinishStopped(rowKey);
            ended = true;
        }
    }

    private void ReadTokenRange(in ReadCommandReader command)
    {
        var lower = _partitionKey;
        if (command.HasResume)
        {
            if (!command.ResumeEntryKey.IsEmpty)
            {
                TryReadPartition(command, command.ResumeToken, command.ResumePartitionKey, cachedOnly: false, out var ended);
                if (ended)
                {
                    return;
                }

                if (_page.IsFull)
                {
                    _page.FinishStopped([]);
                    return;
                }
            }

            lower.Truncate(0);
            DataKey.WritePartition(command.Table, command.ResumeToken, command.ResumePartitionKey, lower);
            lower.Write<byte>([AfterPartition]);
        }
        else
        {
            lower.Truncate(0);
            DataKey.WriteTokenStart(command.Table, new Token(command.Token.Value + 1), lower);
        }

        _key.Truncate(0);
        _key.Write(lower.Span);
        while (WalkFrom(command))
        {
        }
    }

    /// <summary>Walks from <see cref="_key"/>. True if the walk must go on after a partition that was cut short; then <see cref="_key"/> is there.</summary>
    private bool WalkFrom(in ReadCommandReader command)
    {
        _upper.Truncate(0);
        if (command.EndToken.Value == long.MaxValue)
        {
            DataKey.WriteTokenStart(new StorageId(checked(command.Table.Value + 1)), Token.Minimum, _upper);
        }
        else
        {
            DataKey.WriteTokenStart(command.Table, new Token(command.EndToken.Value + 1), _upper);
        }

        using var cursor = engine.Scan(StorageArea.Data, _key.Span, _upper.Span, reverse: false);
        var inPartition = false;
        while (cursor.MoveNext())
        {
            if (!inPartition || !cursor.Key.StartsWith(_key.Span))
            {
                if (inPartition && EndPartitionAndPage())
                {
                    return false;
                }

                BeginPartition(cursor.Key);
                inPartition = true;
            }

            var entryKey = cursor.Key[_prefix..];
            var pageEnd = Entry(command, entryKey, cursor.Value);
            if (pageEnd != PageEnd.None)
            {
                var ended = false;
                EndIfFull(pageEnd, entryKey, ref ended);
                if (!ended && _page.IsFull)
                {
                    _page.FinishStopped([]);
                    ended = true;
                }

                _key.Write<byte>([AfterPartition]);
                return !ended;
            }
        }

        if (inPartition)
        {
            _page.EndPartition(limited: false);
        }

        _page.Finish();
        return false;
    }

    /// <summary>True if the partition just ended fills the page.</summary>
    private bool EndPartitionAndPage()
    {
        _page.EndPartition(limited: false);
        if (!_page.IsFull)
        {
            return false;
        }

        _page.FinishStopped([]);
        return true;
    }

    private void BeginPartition(ReadOnlySpan<byte> dataKey)
    {
        _partitionKey.Truncate(0);
        _prefix = DataKey.Read(dataKey, out _, out var token, _partitionKey);
        _page.BeginPartition(token, _partitionKey.Span, resumed: false);
        _key.Truncate(0);
        _key.Write(dataKey[.._prefix]);
    }

    private PageEnd Entry(in ReadCommandReader command, ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        if (entryKey.IsEmpty)
        {
            throw new MalformedDataException("a key without an entry key");
        }

        switch ((EntryKind)entryKey[0])
        {
            case EntryKind.Header:
                _page.Header(row);
                return PageEnd.None;
            case EntryKind.Static:
                if (command.WithStatic)
                {
                    _page.Static(row);
                }

                return PageEnd.None;
            case EntryKind.RangeTombstone:
                Range(command, entryKey, row);
                return PageEnd.None;
            case EntryKind.Row:
                return _slices.Contains(command, entryKey) ? _page.Row(entryKey, row) : _page.Skipped();
            default:
                throw new MalformedDataException($"an entry of kind 0x{entryKey[0]:X2}");
        }
    }

    private GetResult Get(ReadOnlySpan<byte> entryKey, bool cachedOnly)
    {
        Key(entryKey);
        _value.Truncate(0);
        return engine.Get(StorageArea.Data, _key.Span, _value, cachedOnly);
    }

    private void Key(ReadOnlySpan<byte> entryKey)
    {
        _key.Truncate(_prefix);
        _key.Write(entryKey);
    }

    /// <summary>An upper bound in the partition of <see cref="_key"/>.</summary>
    private void UpperOf(ReadOnlySpan<byte> entryKey)
    {
        _upper.Truncate(0);
        _upper.Write(_key.Span[.._prefix]);
        _upper.Write(entryKey);
    }
}
