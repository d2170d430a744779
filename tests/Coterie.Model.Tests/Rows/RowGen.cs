using Coterie.Model.Rows;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Rows;

/// <summary>Rows that meet often: few columns, few elements, few timestamps, and now and then an extreme.</summary>
internal static class RowGen
{
    private static readonly Gen<long> Timestamps = Gen.Frequency(
        (12, Gen.Long[1, 4]),
        (2, Gen.Long[1_790_000_000_000_000, 1_790_000_000_000_002]),
        (1, Gen.OneOf(0L, -1, long.MaxValue, long.MinValue + 1)));

    private static readonly Gen<long> Times = Gen.Frequency((8, Gen.Long[0, 2]), (1, Gen.Const(long.MaxValue)));

    private static readonly Gen<string> Values = Gen.Frequency(
        (4, Gen.OneOf("", "00", "01", "FF", "0000", "80")),
        (1, Gen.Byte.Array[0, 300].Select(Convert.ToHexString)));

    private static readonly Gen<CellState> Live = Gen.Select(Gen.Bool, Timestamps, Times, Gen.Int[1, 2], Values).Select((expires, timestamp, at, ttl, value) =>
        expires ? new CellState(CellKind.Expiring, timestamp, at, ttl, 0, value) : new CellState(CellKind.Plain, timestamp, 0, 0, 0, value));

    private static readonly Gen<CellState> Tombstones = Gen.Select(Timestamps, Times).Select((timestamp, formed) =>
        new CellState(CellKind.Tombstone, timestamp, 0, 0, formed, ""));

    private static readonly Gen<CellState> Cells = Gen.Frequency((3, Live), (1, Tombstones));

    private static readonly Gen<ushort> Columns = Gen.OneOf<ushort>(0, 1, 2, 3, 40, 41, 1000, ushort.MaxValue);

    private static readonly Gen<string> Keys = Gen.OneOf("", "00", "01", "7F", "80", "0000", "0001");

    /// <summary>A deletion that may be none, and is later than little else.</summary>
    public static readonly Gen<Deletion> Deletions = Gen.Frequency(
        (2, Gen.Const(Deletion.None)),
        (1, Gen.Select(Timestamps, Times).Select((timestamp, formed) => new Deletion(new WriteTimestamp(timestamp), new FormationTime(formed)))));

    /// <summary>Any state, normal or not.</summary>
    public static readonly Gen<RowState> States = Gen.Select(
        Gen.Int[0, 5],
        Deletions,
        Live.Array[0, 1],
        Gen.Select(Columns, Cells).Array[0, 5],
        Gen.Select(Columns, Deletions, Gen.Select(Keys, Cells).Array[0, 5]).Array[0, 3]).Select(Build);

    /// <summary>A state whose encoding says something.</summary>
    public static readonly Gen<RowState> Rows = States.Where(state => !state.Normal().IsEmpty);

    public static readonly Gen<byte[]> Encoded = Rows.Select(state => state.Encode());

    private static RowState Build(
        int ranges, Deletion deletion, CellState[] marker, (ushort, CellState)[] simple, (ushort, Deletion, (string, CellState)[])[] collections)
    {
        var state = new RowState { HasRanges = ranges == 0, Deletion = deletion };
        state.Marker = marker.Select(cell => cell with { ValueHex = "" }).FirstOrDefault();
        foreach (var (id, cell) in simple)
        {
            state.Simple[id] = cell;
        }

        foreach (var (id, collectionDeletion, elements) in collections)
        {
            if (!collectionDeletion.IsNone)
            {
                state.CollectionDeletions[id] = collectionDeletion;
            }

            foreach (var (key, cell) in elements)
            {
                state.Put(id, key, cell);
            }
        }

        return state;
    }
}
