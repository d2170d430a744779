using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Model.Time;
using Coterie.Storage;

namespace Coterie.Campaigns.CrashImages;

/// <summary>
/// What the batches with the numbers from 0 on do to a store, and what must be there after any of them: exactly the batches up to some number, each
/// whole, and none behind it. Every operation of the contract is in it.
/// </summary>
internal sealed class CrashModel(int seed)
{
    private const int RowsMax = 4;
    private const int ValueBytesMax = 1_200;
    private const int MergedKeys = 16;
    private const int HintsKept = 20;
    private const int LeavesKept = 20;
    private const int LeavesDroppedEvery = 10;
    private const byte PutPrefix = 1;
    private const byte MergePrefix = 2;

    private static readonly byte[] Last = "last"u8.ToArray();

    public void Fill(StorageBatch batch, int number)
    {
        batch.Put(StorageArea.Local, Last, Key(number));
        for (var row = 0; row < RowsOf(number); row++)
        {
            batch.Put(StorageArea.Data, DataKey(number, row), Value(number, row));
        }

        batch.Merge(StorageArea.Data, [MergePrefix, (byte)(number % MergedKeys)], Row(number));
        batch.Put(StorageArea.Hints, Key(number), Value(number, RowsMax));
        if (number >= HintsKept)
        {
            batch.Delete(StorageArea.Hints, Key(number - HintsKept));
        }

        batch.Put(StorageArea.Trees, Key(number), []);
        if (number % LeavesDroppedEvery == 0 && number > LeavesKept)
        {
            batch.DeleteRange(StorageArea.Trees, Key(0), Key(number - LeavesKept));
        }
    }

    /// <param name="store">What was opened.</param>
    /// <param name="acknowledged">The last batch that was acknowledged; -1: none.</param>
    /// <returns>What is wrong, or null.</returns>
    /// <exception cref="StorageCorruptException">The store refuses to read something.</exception>
    public string? Check(IStorageEngine store, int acknowledged)
    {
        var found = new ArrayBufferWriter<byte>();
        var last = store.Get(StorageArea.Local, Last, found, cachedOnly: false) == GetResult.Found ? BinaryPrimitives.ReadInt32BigEndian(found.WrittenSpan) : -1;
        if (last < acknowledged)
        {
            return $"the last batch is {last}, and {acknowledged} was acknowledged";
        }

        var data = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        for (var number = 0; number <= last; number++)
        {
            for (var row = 0; row < RowsOf(number); row++)
            {
                data[Convert.ToHexString(DataKey(number, row))] = Value(number, row);
            }

            data[Convert.ToHexString([MergePrefix, (byte)(number % MergedKeys)])] = Row(number);
        }

        var hints = Enumerable.Range(Math.Max(0, last - HintsKept + 1), Math.Min(last + 1, HintsKept))
            .ToDictionary(static number => Convert.ToHexString(Key(number)), number => Value(number, RowsMax));
        var dropped = last / LeavesDroppedEvery * LeavesDroppedEvery > LeavesKept ? (last / LeavesDroppedEvery * LeavesDroppedEvery) - LeavesKept : 0;
        var leaves = Enumerable.Range(dropped, last + 1 - dropped).ToDictionary(static number => Convert.ToHexString(Key(number)), static _ => Array.Empty<byte>());
        var wrong = Compare(store, StorageArea.Data, data) ?? Compare(store, StorageArea.Hints, hints) ?? Compare(store, StorageArea.Trees, leaves);
        return wrong is null ? null : $"of the batches up to {last} (acknowledged: {acknowledged}), {wrong}";
    }

    private static string? Compare(IStorageEngine store, StorageArea area, IDictionary<string, byte[]> expected)
    {
        var seen = 0;
        using (var cursor = store.Scan(area, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false))
        {
            while (cursor.MoveNext())
            {
                seen++;
                var key = Convert.ToHexString(cursor.Key);
                if (!expected.TryGetValue(key, out var value))
                {
                    return $"{area} has {key}, which should not be there";
                }

                if (!cursor.Value.SequenceEqual(value))
                {
                    return $"{area} has another value at {key}";
                }
            }
        }

        var got = new ArrayBufferWriter<byte>();
        foreach (var (key, value) in expected)
        {
            got.ResetWrittenCount();
            if (store.Get(area, Convert.FromHexString(key), got, cachedOnly: false) != GetResult.Found)
            {
                return $"{area} lacks {key}";
            }

            if (!got.WrittenSpan.SequenceEqual(value))
            {
                return $"{area} gives another value at {key}";
            }
        }

        return seen == expected.Count ? null : $"{area} shows {seen} of {expected.Count} entries in a scan";
    }

    private int RowsOf(int number) => Draws(number, RowsMax + 1).Next(1, RowsMax);

    private byte[] Value(int number, int row)
    {
        var draws = Draws(number, row);
        var value = new byte[draws.Next(8, ValueBytesMax)];
        draws.NextBytes(value);
        return value;
    }

    // Made anew wherever it is needed: the writer and the checker are different processes.
    private Random Draws(int number, int row) => new(HashOf(seed, number, row));

    private static int HashOf(int seed, int number, int row) => unchecked((((seed * 1_000_003) + number) * 31) + row);

    /// <summary>A row of one cell, whose timestamp is the batch's number: the latest wins.</summary>
    private static byte[] Row(int number)
    {
        var row = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(row);
        writer.SimpleColumn(new ColumnId(1), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(number), Value = Key(number) });
        writer.Finish();
        return row.WrittenSpan.ToArray();
    }

    private static byte[] DataKey(int number, int row) => [PutPrefix, .. Key(number), (byte)row];

    private static byte[] Key(int number)
    {
        var key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }
}
