using Coterie.Model;
using Coterie.Model.Trees;
using Coterie.Model.Wire;

namespace Coterie.Repair.Exchanges;

/// <summary>Rows that one side gave to be sent to the other, as far as they can be what was asked for. What is in them the other side checks.</summary>
/// <param name="Entries">An <see cref="EntryList"/>.</param>
/// <param name="Rows">In it.</param>
/// <param name="Keys">How many of the keys asked for are done with: those in it, and those that are gone.</param>
/// <param name="Next">Of a page: the key to go on at; null: none is left.</param>
internal readonly record struct FetchedRows(ReadOnlyMemory<byte> Entries, int Rows, int Keys, byte[]? Next)
{
    /// <exception cref="MalformedDataException">Not an answer to a request for these keys.</exception>
    public static FetchedRows OfKeys(byte[] body, List<byte[]> keys)
    {
        var reader = new ByteReader(body);
        var done = reader.ReadVariable();
        if (done == 0 || done > (uint)keys.Count)
        {
            throw new MalformedDataException($"{done} rows of {keys.Count} asked for");
        }

        var entries = body.AsMemory(reader.Position);
        var rows = 0;
        var key = 0;
        while (EntryList.TryRead(ref reader, out var found, out _))
        {
            // In the order asked for, with gaps.
            while (key < (int)done && !found.SequenceEqual(keys[key]))
            {
                key++;
            }

            if (key == (int)done)
            {
                throw new MalformedDataException("a row that was not asked for");
            }

            key++;
            rows++;
        }

        return new FetchedRows(entries, rows, (int)done, null);
    }

    /// <exception cref="MalformedDataException">Not an answer to a request for the rows of this range from its start.</exception>
    public static FetchedRows OfPage(byte[] body, KeyRange range)
    {
        var reader = new ByteReader(body);
        var at = reader.ReadBlock(Limits.DataKeyBytesMax, "key to go on at");
        var said = reader.ReadInt64();
        var entries = body.AsMemory(reader.Position);
        var rows = 0;
        byte[] last = [];
        while (EntryList.TryRead(ref reader, out var key, out _))
        {
            if (key.SequenceCompareTo(range.Lower) < 0 || key.SequenceCompareTo(range.Upper) >= 0 || (rows > 0 && key.SequenceCompareTo(last) <= 0))
            {
                throw new MalformedDataException("rows out of order, or outside of the range asked for");
            }

            last = key.ToArray();
            rows++;
        }

        if (said != rows || (!at.IsEmpty && (rows == 0 || at.SequenceCompareTo(last) <= 0 || at.SequenceCompareTo(range.Upper) >= 0)))
        {
            throw new MalformedDataException("a page of rows that does not go on");
        }

        byte[]? next = at.IsEmpty ? null : at.ToArray();
        return new FetchedRows(entries, rows, rows, next);
    }
}
