using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Model.Trees;
using Coterie.Model.Wire;

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

    /// <summary>Keeps what each side has now of these rows.</summary>
    public async Task AddAsync(IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0)
        {
            return;
        }

        var local = await FetchAsync(topic.Driver, keys);
        var peer = await FetchAsync(topic.Peer, keys);
        foreach (var key in keys)
        {
            var held = new Held(local.GetValueOrDefault(key), peer.GetValueOrDefault(key));
            _held[key] = held;
            _bytes += key.Length + held.Bytes;
        }

        _added = clock.Now();
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
        foreach (var keys in _held.Keys.Chunk(Limits.TreeRowsMax).ToList())
        {
            var local = await FetchAsync(topic.Driver, keys);
            var peer = await FetchAsync(topic.Peer, keys);
            foreach (var key in keys)
            {
                var left = _held[key].Without(local.GetValueOrDefault(key), peer.GetValueOrDefault(key));
                if (left.IsNothing)
                {
                    _held.Remove(key);
                }
                else
                {
                    _held[key] = left;
                }
            }
        }
    }

    private async Task<Dictionary<byte[], byte[]>> FetchAsync(NodeId node, IReadOnlyList<byte[]> keys)
    {
        var rows = new Dictionary<byte[], byte[]>(KeyComparer.Instance);
        for (var done = 0; done < keys.Count;)
        {
            var some = keys.Skip(done).Take(Limits.TreeRowsMax).ToList();
            var fetched = FetchedRows.OfKeys(await replicas.AskAsync(node, Verb.RowFetch, RowKeys.Request(head, some)), some);
            var reader = new ByteReader(fetched.Entries.Span);
            while (EntryList.TryRead(ref reader, out var key, out var row))
            {
                RowMerge.ValidateStored(row);
                rows[key.ToArray()] = row.ToArray();
            }

            figures.RowsRead += fetched.Rows;
            done += fetched.Keys;
        }

        return rows;
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
