using System.Buffers;
using System.Collections.Immutable;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Trees;
using Coterie.Model.Wire;

namespace Coterie.Repair.Exchanges;

/// <summary>What an exchange is about: a table's rows in the ranges that a group of replicas keeps, on two of them.</summary>
/// <param name="Driver">This node, which is one of the two.</param>
/// <param name="Peer">The other.</param>
/// <param name="Cut">What is recent is left out, but for tombstones from before this formation time (milliseconds).</param>
/// <param name="Horizon">That both sides have swept with, and that repairs carry.</param>
/// <param name="Incarnations">Of the group's replicas, as the two know them: a repair is for one incarnation of its target.</param>
/// <param name="DryRun">Compares only.</param>
internal sealed record ExchangeTopic(
    StorageId Table, ReplicaGroup Group, NodeId Driver, NodeId Peer, long Cut, long Horizon, ImmutableArray<long> Incarnations, bool DryRun)
{
    public long IncarnationOf(NodeId node) => Incarnations[Group.Nodes.IndexOf(node)];
}

/// <summary>
/// Compares what two replicas hold, from the whole to the row, and sends each what it lacks. Asks both by message; reads nothing itself.
/// See docs/decisions/0004-trees.md.
/// </summary>
/// <remarks>
/// When it ends without an exception, every row that either side had when it began and the other had not is durable on the other, but for rows that were
/// written a moment ago and hold no tombstone from before the cut.
/// </remarks>
internal sealed class Exchange
{
    /// <summary>Ranges asked about in one request.</summary>
    private const int RangesPerRequest = 64;

    /// <summary>Times that the same rows are looked at: at the second time they differ in both directions, and are sent so.</summary>
    private const int LooksMax = 3;

    private readonly ExchangeTopic _topic;
    private readonly ReplicaRequests _replicas;
    private readonly ExchangeFigures _figures;
    private readonly TreeRequestHead _head;
    private readonly Func<Task> _pace;
    private readonly Stack<KeyRange> _ranges = new();

    /// <param name="topic">What to compare.</param>
    /// <param name="replicas">Asks the two.</param>
    /// <param name="figures">Counted on.</param>
    /// <param name="salt">Of the short digests; anew for each exchange.</param>
    /// <param name="pace">Awaited after each step: holds an exchange to so many rows a second.</param>
    public Exchange(ExchangeTopic topic, ReplicaRequests replicas, ExchangeFigures figures, ulong salt, Func<Task> pace)
    {
        _topic = topic;
        _replicas = replicas;
        _figures = figures;
        _head = new TreeRequestHead(topic.Table, topic.Cut, salt);
        _pace = pace;
    }

    /// <exception cref="ExchangeFailedException">One of the two did not answer, or refused, or is not ready.</exception>
    /// <exception cref="MalformedDataException">One of the two answered nonsense.</exception>
    public async Task RunAsync()
    {
        foreach (var span in _topic.Group.Ranges)
        {
            _ranges.Push(KeyRange.OfTokens(_topic.Table, span.Start, span.End));
        }

        while (_ranges.Count > 0)
        {
            var ranges = new List<KeyRange>();
            while (_ranges.Count > 0 && ranges.Count < RangesPerRequest)
            {
                ranges.Add(_ranges.Pop());
            }

            await CompareAsync(ranges);
            await _pace();
        }
    }

    private async Task CompareAsync(List<KeyRange> ranges)
    {
        var request = TreeRanges.Request(_head, ranges);
        var local = RangeHashes.Decode(await _replicas.AskAsync(_topic.Driver, Verb.TreeHash, request), ranges.Count);
        var peer = RangeHashes.Decode(await _replicas.AskAsync(_topic.Peer, Verb.TreeHash, request), ranges.Count);
        _figures.RowsRead += local.RowsRead + peer.RowsRead;
        _figures.RangesCompared += ranges.Count;
        for (var i = 0; i < ranges.Count; i++)
        {
            var mine = local.Hashes[i];
            var theirs = peer.Hashes[i];
            if (mine.IsKnown && theirs.IsKnown && mine.Hash == theirs.Hash && mine.Count == theirs.Count)
            {
                _figures.RangesEqual++;
            }
            else if (!_topic.DryRun && (mine.IsEmpty || theirs.IsEmpty))
            {
                await CopyAsync(ranges[i], mine.IsEmpty ? _topic.Peer : _topic.Driver, mine.IsEmpty ? _topic.Driver : _topic.Peer);
            }
            else
            {
                await DescendAsync(ranges[i], mine, theirs);
            }
        }
    }

    /// <summary>Cuts the range where this side says; where it is one leaf here, the rows are compared.</summary>
    private async Task DescendAsync(KeyRange range, RangeHash mine, RangeHash theirs)
    {
        var request = RangeRequest(range);
        var bounds = RangeBounds.Decode(await _replicas.AskAsync(_topic.Driver, Verb.TreeSplit, request), range);
        if (bounds.Count == 2 && theirs.Count > Limits.TreeRowsMax)
        {
            bounds = RangeBounds.Decode(await _replicas.AskAsync(_topic.Peer, Verb.TreeSplit, request), range);
        }

        if (bounds.Count > 2)
        {
            foreach (var part in KeyRange.Between(bounds))
            {
                _ranges.Push(part);
            }
        }
        else if (mine.IsKnown || theirs.IsKnown)
        {
            await CompareRowsAsync(range, looks: 1, only: null);
        }
        else
        {
            throw new ExchangeFailedException("A leaf has grown large and has not been cut yet.");
        }
    }

    private async Task CompareRowsAsync(KeyRange range, int looks, HashSet<byte[]>? only)
    {
        var local = Summaries(await _replicas.AskAsync(_topic.Driver, Verb.RowDigests, RangeRequest(range)), range);
        _figures.RowsRead += local.RowsRead;
        if (local.CutAt is { } cut)
        {
            PushHalves(range, cut);
            return;
        }

        var body = await _replicas.AskAsync(_topic.Peer, Verb.RowDifference, RowDifference.Request(_head, range, local.Rows));
        var (unknown, others) = RowDifference.ReadReply(body, range, local.Rows.Count);
        _figures.RowsRead += others.RowsRead;
        if (others.CutAt is { } theirCut)
        {
            PushHalves(range, theirCut);
            return;
        }

        if (only is not null)
        {
            unknown = [.. unknown.Where(index => only.Contains(local.Rows[index].Key))];
            others = others with { Rows = [.. others.Rows.Where(row => only.Contains(row.Key))] };
        }

        var transfers = RowComparison.Compare(local.Rows, unknown, others.Rows, again: only is not null);
        _figures.RowsDifferent += only is null ? DistinctKeys(transfers) : 0;
        if (_topic.DryRun)
        {
            return;
        }

        await SendAsync(transfers.ToPeer, _topic.Driver, _topic.Peer);
        await SendAsync(transfers.ToLocal, _topic.Peer, _topic.Driver);
        if (transfers.LookAgain.Count > 0 && looks < LooksMax)
        {
            await CompareRowsAsync(range, looks + 1, new HashSet<byte[]>(transfers.LookAgain, KeyComparer.Instance));
        }
    }

    private async Task SendAsync(IReadOnlyList<byte[]> keys, NodeId source, NodeId target)
    {
        for (var sent = 0; sent < keys.Count;)
        {
            var some = keys.Skip(sent).Take(Limits.TreeRowsMax).ToList();
            var body = await _replicas.AskAsync(source, Verb.RowFetch, RowKeys.Request(_head, some));
            sent += await RepairAsync(target, body);
        }
    }

    private async Task<int> RepairAsync(NodeId target, byte[] fetched)
    {
        var reader = new ByteReader(fetched);
        var count = (int)reader.ReadVariable();
        if (count == 0)
        {
            throw new MalformedDataException("no row of those asked for, nor that they are gone");
        }

        await RepairAsync(target, fetched.AsMemory(reader.Position), count);
        return count;
    }

    /// <summary>One side has nothing in the range: it gets what the other has, without comparing.</summary>
    private async Task CopyAsync(KeyRange range, NodeId source, NodeId target)
    {
        byte[]? next = range.Lower;
        while (next is not null)
        {
            var body = await _replicas.AskAsync(source, Verb.RowScan, RangeRequest(range with { Lower = next }));
            next = await CopyPageAsync(range with { Lower = next }, target, body);
            await _pace();
        }
    }

    private async Task<byte[]?> CopyPageAsync(KeyRange range, NodeId target, byte[] page)
    {
        var reader = new ByteReader(page);
        var at = reader.ReadBlock(Limits.DataKeyBytesMax, "key to go on at");
        byte[]? next = at.IsEmpty ? null : at.ToArray();
        var rows = reader.ReadInt64();
        if (rows < 0 || (next is not null && next.AsSpan().SequenceCompareTo(range.Lower) <= 0))
        {
            throw new MalformedDataException("a page of rows that does not go on");
        }

        _figures.RowsRead += rows;
        _figures.RowsDifferent += rows;
        if (rows > 0)
        {
            await RepairAsync(target, page.AsMemory(reader.Position), (int)rows);
        }

        return next;
    }

    private async Task RepairAsync(NodeId target, ReadOnlyMemory<byte> entries, int count)
    {
        var body = new ArrayBufferWriter<byte>(entries.Length + 16);
        body.WriteInt64(_topic.Horizon);
        body.WriteInt64(_topic.IncarnationOf(target));
        body.WriteUInt32(_topic.Table.Value);
        body.Write(entries.Span);
        await _replicas.AskAsync(target, Verb.TreeRepair, body.WrittenSpan.ToArray());
        _figures.RowsSent += count;
    }

    private byte[] RangeRequest(KeyRange range)
    {
        var destination = new ArrayBufferWriter<byte>();
        _head.Write(destination);
        range.Write(destination);
        return destination.WrittenSpan.ToArray();
    }

    private static RowSummaries Summaries(byte[] body, KeyRange range)
    {
        var reader = new ByteReader(body);
        var summaries = RowSummaries.Read(ref reader, range);
        reader.ExpectEnd("the digests");
        return summaries;
    }

    private static int DistinctKeys(RowTransfers transfers) =>
        transfers.ToPeer.Concat(transfers.ToLocal).Distinct(KeyComparer.Instance).Count();

    private void PushHalves(KeyRange range, byte[] cut)
    {
        _ranges.Push(new KeyRange(range.Lower, cut));
        _ranges.Push(new KeyRange(cut, range.Upper));
    }
}
