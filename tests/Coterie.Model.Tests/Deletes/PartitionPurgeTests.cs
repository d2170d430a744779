using System.Buffers;
using Coterie.Model.Deletes;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Tests.Rows;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Deletes;

/// <summary>A partition is a dictionary here, swept one action at a time; after each, readers must see what they saw before.</summary>
public sealed class PartitionPurgeTests
{
    private const int Iterations = 3_000;
    private static readonly byte[] HeaderKey = EntryKey.Header.ToArray();

    private static readonly Gen<(byte Start, byte Length, Deletion Deletion)> Ranges =
        Gen.Select(Gen.Byte[1, 6], Gen.Byte[1, 4], RowGen.Deletions.Where(deletion => !deletion.IsNone));

    private static readonly Gen<(Deletion Partition, (byte Start, byte Length, Deletion Deletion)[] Ranges, byte[][] Rows, byte[]? Static, long Horizon)> Partitions =
        Gen.Select(
            RowGen.Deletions,
            Ranges.Array[0, 4],
            RowGen.Encoded.Array[0, 6],
            RowGen.Encoded.Array[0, 1].Select(one => one.FirstOrDefault()),
            Gen.OneOf(0L, 1, 2, 3, 2001));

    [Fact]
    public void Nothing_that_a_reader_sees_changes_at_any_step_and_a_second_sweep_finds_nothing() => Partitions.Sample(
        one =>
        {
            var entries = Build(one.Partition, one.Ranges, one.Rows, one.Static);
            var horizon = new FormationTime(one.Horizon);
            var before = Visible(entries, horizon);

            Sweep(entries, horizon, () => Assert.Equal(before, Visible(entries, horizon)));

            var after = Render(entries);
            Sweep(entries, horizon, () => Assert.Equal(after, Render(entries)));
            foreach (var (key, row) in entries)
            {
                Assert.True(RowPurge.OldestPurgeable(row) >= horizon.Milliseconds, Convert.ToHexString(key));
            }
        },
        iter: Iterations);

    [Fact]
    public void The_flag_of_ranges_goes_with_the_last_range()
    {
        var entries = Build(Deletion.None, [(1, 2, Deleted(5, 1)), (2, 2, Deleted(6, 9))], [], null);
        Sweep(entries, new FormationTime(2), () => { });
        Assert.Equal(2, entries.Count);
        Assert.True(new RowReader(entries[HeaderKey]).HasRanges);

        Sweep(entries, new FormationTime(10), () => { });
        Assert.Empty(entries);
    }

    [Fact]
    public void A_deletion_that_came_while_rows_were_swept_stays()
    {
        var purge = new PartitionPurge();
        purge.Begin(new FormationTime(100));
        purge.Header(Deleting(Deleted(5, 1)));

        Assert.Equal(PurgeAction.Remove, purge.LastHeader(Deleting(Deleted(5, 1)), anyRangeLeft: false, new ArrayBufferWriter<byte>()));
        Assert.Equal(PurgeAction.Keep, purge.LastHeader(Deleting(Deleted(6, 2)), anyRangeLeft: false, new ArrayBufferWriter<byte>()));
        Assert.Equal(PurgeAction.Keep, purge.LastRange(RangeKey(1, 2), Deleting(Deleted(7, 3))));
        Assert.Equal(PurgeAction.Remove, purge.LastRange(RangeKey(1, 2), Deleting(Deleted(4, 200))));
    }

    private static SortedDictionary<byte[], byte[]> Build(
        Deletion partition, (byte Start, byte Length, Deletion Deletion)[] ranges, byte[][] rows, byte[]? staticRow)
    {
        var entries = new SortedDictionary<byte[], byte[]>(Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y)));
        if (!partition.IsNone || ranges.Length > 0)
        {
            entries[HeaderKey] = new RowState { Deletion = partition, HasRanges = ranges.Length > 0 }.Encode();
        }

        foreach (var (start, length, deletion) in ranges)
        {
            entries[RangeKey(start, (byte)(start + length))] = Deleting(deletion);
        }

        for (var i = 0; i < rows.Length; i++)
        {
            entries[[(byte)EntryKind.Row, (byte)(i + 1)]] = rows[i];
        }

        if (staticRow is not null)
        {
            entries[EntryKey.Static.ToArray()] = staticRow;
        }

        return entries;
    }

    /// <summary>All rows as a reader sees them, as text, with what the horizon allows to be swept left out.</summary>
    private static string Visible(SortedDictionary<byte[], byte[]> entries, FormationTime horizon)
    {
        var purge = Shown(entries, default);
        var seen = new List<string>();
        foreach (var (key, row) in entries.Where(entry => IsRow(entry.Key)))
        {
            var shadowed = new ArrayBufferWriter<byte>();
            var left = new ArrayBufferWriter<byte>();
            if (RowMerge.Shadow(row, purge.Over(key), shadowed) && RowPurge.Apply(shadowed.WrittenSpan, horizon, left))
            {
                seen.Add($"{Convert.ToHexString(key)}: {Convert.ToHexString(left.WrittenSpan)}");
            }
        }

        return string.Join('\n', seen);
    }

    private static void Sweep(SortedDictionary<byte[], byte[]> entries, FormationTime horizon, Action afterEach)
    {
        var purge = Shown(entries, horizon);
        foreach (var (key, row) in entries.Where(entry => IsRow(entry.Key)).ToList())
        {
            var left = new ArrayBufferWriter<byte>();
            Do(entries, key, purge.Row(key, row, left), left);
            afterEach();
        }

        var anyLeft = false;
        foreach (var (key, row) in entries.Where(entry => entry.Key[0] == (byte)EntryKind.RangeTombstone).ToList())
        {
            var action = purge.LastRange(key, row);
            anyLeft |= action == PurgeAction.Keep;
            Do(entries, key, action, new ArrayBufferWriter<byte>());
            afterEach();
        }

        if (entries.TryGetValue(HeaderKey, out var header))
        {
            var left = new ArrayBufferWriter<byte>();
            Do(entries, HeaderKey, purge.LastHeader(header, anyLeft, left), left);
            afterEach();
        }
    }

    private static PartitionPurge Shown(SortedDictionary<byte[], byte[]> entries, FormationTime horizon)
    {
        var purge = new PartitionPurge();
        purge.Begin(horizon);
        foreach (var (key, row) in entries)
        {
            if (key[0] == (byte)EntryKind.Header)
            {
                purge.Header(row);
            }
            else if (key[0] == (byte)EntryKind.RangeTombstone)
            {
                purge.Range(key, row);
            }
        }

        return purge;
    }

    private static void Do(SortedDictionary<byte[], byte[]> entries, byte[] key, PurgeAction action, ArrayBufferWriter<byte> left)
    {
        if (action == PurgeAction.Remove)
        {
            entries.Remove(key);
        }
        else if (action == PurgeAction.Replace)
        {
            entries[key] = left.WrittenSpan.ToArray();
        }
    }

    private static bool IsRow(byte[] key) => key[0] is (byte)EntryKind.Row or (byte)EntryKind.Static;

    private static string Render(SortedDictionary<byte[], byte[]> entries) =>
        string.Join('\n', entries.Select(entry => $"{Convert.ToHexString(entry.Key)}: {Convert.ToHexString(entry.Value)}"));

    private static Deletion Deleted(long timestamp, long formed) => new(new WriteTimestamp(timestamp), new FormationTime(formed));

    private static byte[] Deleting(Deletion deletion) => new RowState { Deletion = deletion }.Encode();

    private static byte[] RangeKey(byte start, byte end)
    {
        var destination = new ArrayBufferWriter<byte>();
        EntryKey.WriteRangeTombstone([(byte)EntryKind.Row, start], [(byte)EntryKind.Row, end], destination);
        return destination.WrittenSpan.ToArray();
    }
}
