using System.Buffers;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Reads;
using Coterie.Model.Trees;
using Coterie.Storage;
using Coterie.Storage.Trees;

namespace Coterie.Replica.Trees;

/// <summary>
/// Works out what a replica answers about its tree: hashes of ranges, where to cut them, digests of rows, rows. Runs where it may wait for the disk.
/// </summary>
/// <remarks>
/// Of what was written a moment ago it is said that it was: two replicas may differ in it for as long as it is on its way. A clean leaf has none of it.
/// </remarks>
internal sealed class TreeAnswers(IStorageEngine engine, TreeLeaves leaves)
{
    /// <summary>Entries that one answer may read for hashes: some leaves.</summary>
    private const long HashedEntriesMax = 8_192;

    private const int EntryListBytesMax = 512 * 1024;

    public RangeHashes Hash(in TreeRequestHead head, IReadOnlyList<KeyRange> ranges)
    {
        var hashes = new RangeHash[ranges.Count];
        var rowsRead = 0L;
        var unread = new List<LeafView>();
        for (var i = 0; i < hashes.Length; i++)
        {
            unread.Clear();
            if (rowsRead >= HashedEntriesMax
                || !leaves.Survey.TrySummarize(ranges[i].Lower, ranges[i].Upper, HashedEntriesMax - rowsRead, out var hash, out var count, unread))
            {
                continue;
            }

            var hasRecent = false;
            if (TryRead(head, ranges[i], unread, ref hash, ref count, ref hasRecent, ref rowsRead))
            {
                hashes[i] = new RangeHash(true, hash, count, hasRecent);
            }
        }

        return new RangeHashes(hashes, rowsRead);
    }

    /// <summary>Adds what is in the leaves. False if that is more than is known of them, and more than one answer may read.</summary>
    private bool TryRead(
        in TreeRequestHead head, KeyRange range, List<LeafView> unread, ref UInt128 hash, ref long count, ref bool hasRecent, ref long rowsRead)
    {
        foreach (var view in unread)
        {
            if (!TryHash(head, range.Within(view.Start, view.End), HashedEntriesMax, ref hash, ref count, ref hasRecent, ref rowsRead))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <see cref="Summaries"/>, of the sum alone: no key is kept.</summary>
    private bool TryHash(
        in TreeRequestHead head, KeyRange range, long rowsMax, ref UInt128 hash, ref long count, ref bool hasRecent, ref long rowsRead)
    {
        var keyHashes = new List<ulong>();
        using var cursor = engine.Scan(StorageArea.Data, range.Lower, range.Upper, reverse: false);
        while (cursor.MoveNext())
        {
            if (rowsRead >= rowsMax)
            {
                return false;
            }

            rowsRead++;
            hash += EntryHash.Of(cursor.Key, cursor.Value);
            count++;
            if (!head.WithRecent && !hasRecent)
            {
                keyHashes.Add(EntryHash.OfKey(cursor.Key));
            }
        }

        // After the rows were read: what was written before then, and is on its way to others, is known to be recent.
        var recent = new bool[keyHashes.Count];
        leaves.AreRecent(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(keyHashes), recent);
        hasRecent |= recent.AsSpan().Contains(true);
        return true;
    }

    public List<byte[]> Cut(KeyRange range) => leaves.Survey.Cut(range.Lower, range.Upper, Limits.TreePartsMax - 1);

    public RowSummaries Digests(in TreeRequestHead head, KeyRange range)
    {
        var rowsRead = 0L;
        var rows = Summaries(head, range, Limits.TreeRowsMax, out var cutAt, ref rowsRead);
        return cutAt is null
            ? new RowSummaries(null, rows.ConvertAll(static row => row.Summary), rowsRead)
            : new RowSummaries(cutAt, [], rowsRead);
    }

    public byte[] Difference(in TreeRequestHead head, KeyRange range, ulong[] digests)
    {
        var rowsRead = 0L;
        var rows = Summaries(head, range, Limits.TreeRowsMax, out var cutAt, ref rowsRead);
        if (cutAt is not null)
        {
            return RowDifference.Reply([], new RowSummaries(cutAt, [], rowsRead));
        }

        var theirs = new HashSet<ulong>(digests);
        var others = new List<RowSummary>();
        foreach (var row in rows)
        {
            if (!theirs.Remove(row.Summary.Digest))
            {
                others.Add(row.Summary);
            }
        }

        var unknown = new List<int>();
        for (var i = 0; i < digests.Length; i++)
        {
            if (theirs.Contains(digests[i]))
            {
                unknown.Add(i);
            }
        }

        return RowDifference.Reply(unknown, new RowSummaries(null, others, rowsRead));
    }

    /// <summary>The rows with these keys, as far as one answer holds them; those that are gone are left out.</summary>
    /// <returns>How many of the keys the answer stands for.</returns>
    public int Fetch(IReadOnlyList<byte[]> keys, IBufferWriter<byte> destination, out int bytes)
    {
        bytes = 0;
        var value = new ArrayBufferWriter<byte>();
        for (var i = 0; i < keys.Count; i++)
        {
            if (bytes >= EntryListBytesMax)
            {
                return i;
            }

            value.ResetWrittenCount();
            if (engine.Get(StorageArea.Data, keys[i], value, cachedOnly: false) == GetResult.Found)
            {
                EntryList.Add(keys[i], value.WrittenSpan, destination);
                bytes += keys[i].Length + value.WrittenCount;
            }
        }

        return keys.Count;
    }

    /// <summary>The rows of a range from its start, as many as one answer holds. The key to go on at; null: none is left.</summary>
    public byte[]? Scan(KeyRange range, IBufferWriter<byte> destination, out long rowsRead)
    {
        rowsRead = 0;
        var bytes = 0;
        using var cursor = engine.Scan(StorageArea.Data, range.Lower, range.Upper, reverse: false);
        while (cursor.MoveNext())
        {
            if (bytes >= EntryListBytesMax)
            {
                return cursor.Key.ToArray();
            }

            EntryList.Add(cursor.Key, cursor.Value, destination);
            bytes += cursor.Key.Length + cursor.Value.Length;
            rowsRead++;
        }

        return null;
    }

    /// <summary>
    /// The entries of a range. If there are more than <paramref name="max"/>, or more than one answer holds of their keys, <paramref name="cutAt"/> is where
    /// the first half of so many ends.
    /// </summary>
    private List<(RowSummary Summary, UInt128 Hash)> Summaries(in TreeRequestHead head, KeyRange range, long max, out byte[]? cutAt, ref long rowsRead)
    {
        var rows = new List<(RowSummary Summary, UInt128 Hash)>();
        var keyHashes = new List<ulong>();
        var keyBytes = 0;
        cutAt = null;
        using var cursor = engine.Scan(StorageArea.Data, range.Lower, range.Upper, reverse: false);
        while (cursor.MoveNext())
        {
            if (rows.Count == max || keyBytes >= Limits.TreeKeyBytesMax)
            {
                cutAt = max > 0 ? rows[rows.Count / 2].Summary.Key : range.Lower;
                return rows;
            }

            rowsRead++;
            keyBytes += cursor.Key.Length;
            var hash = EntryHash.Of(cursor.Key, cursor.Value);
            var summary = new RowSummary(
                cursor.Key.ToArray(),
                EntryHash.Short(hash, head.Salt),
                NewestTimestamp.Of(cursor.Value).Microseconds,
                IsRecent: false,
                RowPurge.OldestPurgeable(cursor.Value) < head.Cut);
            rows.Add((summary, hash));
            keyHashes.Add(EntryHash.OfKey(cursor.Key));
        }

        // After the rows were read: what was written before then, and is on its way to others, is known to be recent.
        if (head.WithRecent)
        {
            return rows;
        }

        var recent = new bool[rows.Count];
        leaves.AreRecent(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(keyHashes), recent);
        for (var i = 0; i < recent.Length; i++)
        {
            if (recent[i])
            {
                rows[i] = rows[i] with { Summary = rows[i].Summary with { IsRecent = true } };
            }
        }

        return rows;
    }
}
