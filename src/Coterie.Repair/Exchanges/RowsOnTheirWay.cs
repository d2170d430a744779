using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Model.Trees;

namespace Coterie.Repair.Exchanges;

/// <summary>
/// Rows in which two replicas differ, and which were written a moment ago on one of them: a healthy cluster brings the write to the other by itself, and then
/// there is nothing to send. What each side had is kept and held against what the other has a little later, and a last time when any write
/// has arrived that will arrive.
/// </summary>
/// <remarks>
/// What is asked is not whether the two are equal, which a row that is written all the time may never be found to be, but whether the one has all that the other
/// had before: whether to merge that into it would change it.
/// Tried and rejected: to leave such rows for the next exchange. One that is written every few seconds is left for ever.
/// </remarks>
internal sealed class RowsOnTheirWay(
    ExchangeTopic topic, ReplicaRequests replicas, ExchangeFigures figures, TreeRequestHead head, ExchangeClock clock)
{
    private const int RowsMax = 16_384;
    private const int BytesMax = 16 * 1024 * 1024;

    /// <summary>Longer than a write may take to reach all its replicas: as long as they call it recent.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    /// <summary>When to look, after the last row was added: nearly all of a healthy cluster's writes have arrived at the first.</summary>
    private static readonly TimeSpan[] Looks = [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), Moment];

    private readonly SortedDictionary<byte[], Held> _held = new(Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right)));
    private int _bytes;
    private TimeSpan _added;

    /// <summary>No more must be added before these have settled.</summary>
    public bool IsFull => _held.Count >= RowsMax || _bytes >= BytesMax;

    /// <summary>Keeps what each side has now of the rows with these keys, from an index on, until it is full. Returns the index to go on at.</summary>
    public async Task<int> AddAsync(IReadOnlyList<byte[]> keys, int from)
    {
        var pages = Pages(keys, from);
        while (!IsFull && await pages.NextAsync() is { } row)
        {
            var held = new Held(row.Local, row.Peer);
            _held[row.Key] = held;
            _bytes += row.Key.Length + held.Bytes;
        }

        _added = clock.Now();
        return pages.Done;
    }

    /// <summary>Waits until all of them have arrived, or have had the time to, and forgets them. In order of keys, those that have not.</summary>
    public async Task<(IReadOnlyList<byte[]> PeerLacks, IReadOnlyList<byte[]> LocalLacks)> SettleAsync()
    {
        foreach (var look in Looks)
        {
            if (_held.Count == 0)
            {
                break;
            }

            if (look - (clock.Now() - _added) is { Ticks: > 0 } left)
            {
                await clock.WaitAsync(left);
            }

            await ForgetArrivedAsync();
        }

        var lacking = _held.ToList();
        _held.Clear();
        _bytes = 0;
        return (
            [.. lacking.Where(static row => row.Value.Local is not null).Select(static row => row.Key)],
            [.. lacking.Where(static row => row.Value.Peer is not null).Select(static row => row.Key)]);
    }

    private async Task ForgetArrivedAsync()
    {
        var pages = Pages([.. _held.Keys], 0);
        while (await pages.NextAsync() is { } row)
        {
            var left = _held[row.Key].Without(row.Local, row.Peer);
            if (left.IsNothing)
            {
                _held.Remove(row.Key);
            }
            else
            {
                _held[row.Key] = left;
            }
        }
    }

    private RowPages Pages(IReadOnlyList<byte[]> keys, int from) =>
        new(keys, from, new RowPages.Side(topic.Driver, FetchAsync), new RowPages.Side(topic.Peer, FetchAsync));

    private async Task<FetchedRows> FetchAsync(NodeId node, IReadOnlyList<byte[]> keys, int from)
    {
        var some = RowKeys.Some(keys, from);
        var fetched = FetchedRows.OfKeys(await replicas.AskAsync(node, Verb.RowFetch, RowKeys.Request(head, some)), some);
        figures.RowsRead += fetched.Rows;
        return fetched;
    }

    /// <summary>What each side had, null once the other has it too, and where it had nothing.</summary>
    private readonly record struct Held(byte[]? Local, byte[]? Peer)
    {
        public bool IsNothing => Local is null && Peer is null;

        public int Bytes => (Local?.Length ?? 0) + (Peer?.Length ?? 0);

        public Held Without(byte[]? local, byte[]? peer) => new(
            Local is null || Contains(peer, Local) ? null : Local,
            Peer is null || Contains(local, Peer) ? null : Peer);

        private static bool Contains(byte[]? row, byte[] other)
        {
            if (row is null)
            {
                return false;
            }

            var merged = new ArrayBufferWriter<byte>(row.Length + other.Length);
            RowMerge.Merge(row, other, merged);
            return merged.WrittenSpan.SequenceEqual(row);
        }
    }
}
