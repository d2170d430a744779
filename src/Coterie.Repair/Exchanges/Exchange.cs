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
/// <param name="Cut">Tombstones from before this formation time (milliseconds) travel at once, however recent they are here.</param>
/// <param name="Horizon">That both sides have swept with, and that repairs carry.</param>
/// <param name="Incarnations">Of the group's replicas, as the two know them: a repair is for one incarnation of its target.</param>
/// <param name="WithRecent">One of the two has lost writes: what is recent is not waited for.</param>
/// <param name="DryRun">Compares only.</param>
internal sealed record ExchangeTopic(
    StorageId Table, ReplicaGroup Group, NodeId Driver, NodeId Peer, long Cut, long Horizon, ImmutableArray<long> Incarnations, bool WithRecent, bool DryRun)
{
    public long IncarnationOf(NodeId node) => Incarnations[Group.Nodes.IndexOf(node)];
}

/// <summary>
/// Compares what two replicas hold, from the whole to the row, and sends each what it lacks. Asks both by message; reads nothing itself.
/// See docs/decisions/0004-trees.md.
/// </summary>
/// <remarks>
/// When it ends without an exception, all that either side had when it began is durable on the other. What was written a moment ago differs between healthy
/// replicas until it has arrived: it is given that moment, and sent only if it is not there then.
/// </remarks>
internal sealed class Exchange
{
    /// <summary>Rows of one leaf that are looked at again each for itself.</summary>
    private const int OneByOneMax = 32;

    /// <summary>Ranges asked about in one request.</summary>
    private const int RangesPerRequest = 64;

    /// <summary>Rows that a side may have more than twice of what it said, when they are all copied.</summary>
    private const int CopiedUnexpectedlyMax = 1_000_000;

    private readonly ExchangeTopic _topic;
    private readonly ReplicaRequests _replicas;
    private readonly ExchangeFigures _figures;
    private readonly TreeRequestHead _head;
    private readonly Func<Task> _pace;
    private readonly RowsOnTheirWay _onTheirWay;
    private readonly Stack<Item> _left = new();
    private int _cutsForPeer;

    /// <param name="topic">What to compare.</param>
    /// <param name="replicas">Asks the two.</param>
    /// <param name="figures">Counted on.</param>
    /// <param name="salt">Of the short digests; anew for each exchange.</param>
    /// <param name="pace">Awaited after each step: holds an exchange to so many rows a second.</param>
    /// <param name="clock">By which rows are given their moment.</param>
    public Exchange(ExchangeTopic topic, ReplicaRequests replicas, ExchangeFigures figures, ulong salt, Func<Task> pace, ExchangeClock clock)
    {
        _topic = topic;
        _replicas = replicas;
        _figures = figures;
        _head = new TreeRequestHead(topic.Table, topic.Cut, salt, topic.WithRecent);
        _pace = pace;
        _onTheirWay = new RowsOnTheirWay(topic, replicas, figures, _head, clock);
    }

    /// <exception cref="ExchangeFailedException">One of the two did not answer, or refused, or is not ready.</exception>
    /// <exception cref="MalformedDataException">One of the two answered nonsense.</exception>
    public async Task RunAsync()
    {
        foreach (var span in _topic.Group.Ranges.Reverse())
        {
            _left.Push(new Item(KeyRange.OfTokens(_topic.Table, span.Start, span.End)));
        }

        while (_left.TryPeek(out var next))
        {
            if (next.Differs is { } difference)
            {
                _left.Pop();
                await ResolveAsync(next.Range, difference.Mine, difference.Theirs);
            }
            else
            {
                await CompareAsync(TakeSome());
            }

            await _pace();
        }

        await SendMissingAsync();
    }

    /// <summary>The next ranges about which nothing is known yet.</summary>
    private List<KeyRange> TakeSome()
    {
        var ranges = new List<KeyRange>();
        var bytes = 0;
        while (ranges.Count < RangesPerRequest && bytes < Limits.TreeKeyBytesMax
            && _left.TryPeek(out var next) && next.Differs is null && (!next.Alone || ranges.Count == 0))
        {
            ranges.Add(_left.Pop().Range);
            bytes += next.Range.Lower.Length + next.Range.Upper.Length;
            if (next.Alone)
            {
                break;
            }
        }

        return ranges;
    }

    private async Task CompareAsync(List<KeyRange> ranges)
    {
        var request = TreeRanges.Request(_head, ranges);
        var local = RangeHashes.Decode(await _replicas.AskAsync(_topic.Driver, Verb.TreeHash, request), ranges.Count);
        var peer = RangeHashes.Decode(await _replicas.AskAsync(_topic.Peer, Verb.TreeHash, request), ranges.Count);
        _figures.RowsRead += local.RowsRead + peer.RowsRead;
        _figures.RangesCompared += ranges.Count;

        // Backwards onto the stack: what differs is gone into in the order of keys, so that a deletion travels before the rows that it shadows, which lie behind it.
        for (var i = ranges.Count - 1; i >= 0; i--)
        {
            var mine = local.Hashes[i];
            var theirs = peer.Hashes[i];
            if (mine.IsKnown && theirs.IsKnown && mine.Hash == theirs.Hash && mine.Count == theirs.Count)
            {
                _figures.RangesEqual++;
            }
            else if (!mine.IsKnown && !theirs.IsKnown && ranges.Count > 1)
            {
                // Perhaps only because one answer had to tell of others too.
                _left.Push(new Item(ranges[i]) { Alone = true });
            }
            else
            {
                _left.Push(new Item(ranges[i]) { Differs = (mine, theirs) });
            }
        }
    }

    private Task ResolveAsync(KeyRange range, RangeHash mine, RangeHash theirs) =>
        !_topic.DryRun && mine.IsEmpty && theirs is { IsKnown: true, HasRecent: false } ? CopyAsync(range, _topic.Peer, _topic.Driver, theirs.Count)
        : !_topic.DryRun && theirs.IsEmpty && mine is { IsKnown: true, HasRecent: false } ? CopyAsync(range, _topic.Driver, _topic.Peer, mine.Count)
        : DescendAsync(range, mine, theirs);

    /// <summary>Cuts the range where this side says; where it is one leaf here, the rows are compared.</summary>
    private async Task DescendAsync(KeyRange range, RangeHash mine, RangeHash theirs)
    {
        var request = RangeRequest(range);
        var bounds = RangeBounds.Decode(await _replicas.AskAsync(_topic.Driver, Verb.TreeSplit, request), range);
        if (bounds.Count == 2 && theirs.Count > Limits.TreeRowsMax)
        {
            bounds = RangeBounds.Decode(await _replicas.AskAsync(_topic.Peer, Verb.TreeSplit, request), range);
            CutForPeer(bounds.Count - 2);
        }

        if (bounds.Count > 2)
        {
            foreach (var part in Enumerable.Reverse(KeyRange.Between(bounds)))
            {
                _left.Push(new Item(part));
            }
        }
        else if (mine.IsKnown || theirs.IsKnown)
        {
            await CompareRowsAsync(range, only: null);
        }
        else
        {
            throw new ExchangeFailedException("A leaf has grown large and has not been cut yet.");
        }
    }

    /// <param name="range">One leaf, or less.</param>
    /// <param name="only">Null: the first look. Otherwise the second: these keys alone.</param>
    private async Task CompareRowsAsync(KeyRange range, HashSet<byte[]>? only)
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
            CutForPeer(1);
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
        for (var added = 0; added < transfers.Waiting.Count;)
        {
            added = await _onTheirWay.AddAsync(transfers.Waiting, added);
            if (_onTheirWay.IsFull)
            {
                await SendMissingAsync();
            }
        }

        if (_topic.DryRun)
        {
            return;
        }

        await SendAsync(transfers.ToPeer, _topic.Driver, _topic.Peer);
        await SendAsync(transfers.ToLocal, _topic.Peer, _topic.Driver);
        if (transfers.LookAgain.Count > 0)
        {
            await LookAgainAsync(range, transfers.LookAgain);
        }
    }

    /// <summary>A few rows are looked at one by one, many as they were before: not to read a whole leaf again for one of its rows.</summary>
    private async Task LookAgainAsync(KeyRange range, IReadOnlyList<byte[]> keys)
    {
        if (keys.Count > OneByOneMax)
        {
            await CompareRowsAsync(range, new HashSet<byte[]>(keys, KeyComparer.Instance));
            return;
        }

        foreach (var key in keys)
        {
            await CompareRowsAsync(new KeyRange(key, [.. key, 0]), new HashSet<byte[]>([key], KeyComparer.Instance));
        }
    }

    /// <summary>Of the rows that were on their way, or seemed to be, sends what has not arrived.</summary>
    private async Task SendMissingAsync()
    {
        var (peerLacks, localLacks) = await _onTheirWay.SettleAsync();
        _figures.RowsDifferent += peerLacks.Concat(localLacks).Distinct(KeyComparer.Instance).Count();
        if (!_topic.DryRun)
        {
            await SendAsync(peerLacks, _topic.Driver, _topic.Peer);
            await SendAsync(localLacks, _topic.Peer, _topic.Driver);
        }
    }

    private async Task SendAsync(IReadOnlyList<byte[]> keys, NodeId source, NodeId target)
    {
        for (var sent = 0; sent < keys.Count;)
        {
            var some = RowKeys.Some(keys, sent);
            var fetched = FetchedRows.OfKeys(await _replicas.AskAsync(source, Verb.RowFetch, RowKeys.Request(_head, some)), some);
            await RepairAsync(target, fetched.Entries, fetched.Rows);
            sent += fetched.Keys;
        }
    }

    /// <summary>One side has nothing in the range: it gets what the other has, without comparing.</summary>
    /// <param name="expected">What the source has said that it has.</param>
    private async Task CopyAsync(KeyRange range, NodeId source, NodeId target, long expected)
    {
        // What comes in meanwhile is copied too; a source that never ends is not believed.
        var left = checked((2 * Math.Min(expected, long.MaxValue / 4)) + CopiedUnexpectedlyMax);
        byte[]? next = range.Lower;
        while (next is not null)
        {
            var rest = range with { Lower = next };
            var page = FetchedRows.OfPage(await _replicas.AskAsync(source, Verb.RowScan, RangeRequest(rest)), rest);
            _figures.RowsRead += page.Rows;
            _figures.RowsDifferent += page.Rows;
            left -= page.Rows;
            if (left < 0)
            {
                throw new ExchangeFailedException($"{source} has said that it has {expected} rows and sends more and more of them.");
            }

            await RepairAsync(target, page.Entries, page.Rows);
            next = page.Next;
            await _pace();
        }
    }

    private void CutForPeer(int cuts)
    {
        _cutsForPeer += cuts;
        if (_cutsForPeer > Limits.TreeCutsMax)
        {
            throw new ExchangeFailedException($"{_topic.Peer} wants ranges cut on and on.");
        }
    }

    private async Task RepairAsync(NodeId target, ReadOnlyMemory<byte> entries, int count)
    {
        if (count == 0)
        {
            return;
        }

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
        _left.Push(new Item(new KeyRange(cut, range.Upper)));
        _left.Push(new Item(new KeyRange(range.Lower, cut)));
    }

    /// <summary>A range that is still to be compared, or, where that is known, in which the two differ.</summary>
    /// <param name="Range">Its keys.</param>
    private sealed record Item(KeyRange Range)
    {
        /// <summary>Ask about it in a request of its own.</summary>
        public bool Alone { get; init; }

        public (RangeHash Mine, RangeHash Theirs)? Differs { get; init; }
    }
}
