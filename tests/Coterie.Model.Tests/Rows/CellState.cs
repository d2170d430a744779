using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Model.Tests.Rows;

/// <summary>A cell as an ordinary object, compared by a list of numbers and a string: slow, and nothing like the code under test.</summary>
internal sealed record CellState(CellKind Kind, long Timestamp, long ExpiresAt, int Ttl, long Formed, string ValueHex)
{
    public static CellState Greater(CellState left, CellState right) => left.IsLess(right) ? right : left;

    public static CellState Of(Cell cell) => new(
        cell.Kind, cell.Timestamp.Microseconds, cell.ExpiresAtSeconds, cell.TtlSeconds, cell.Formed.Milliseconds, Convert.ToHexString(cell.Value));

    public bool IsLive(long nowSeconds) => Kind == CellKind.Plain || (Kind == CellKind.Expiring && ExpiresAt > nowSeconds);

    public Cell ToCell() => new()
    {
        Kind = Kind,
        Timestamp = new WriteTimestamp(Timestamp),
        ExpiresAtSeconds = ExpiresAt,
        TtlSeconds = Ttl,
        Formed = new FormationTime(Formed),
        Value = Convert.FromHexString(ValueHex),
    };

    private long[] Rank() => [Timestamp, Kind switch { CellKind.Plain => 0, CellKind.Expiring => 1, _ => 2 }, ExpiresAt, Formed, Ttl];

    private bool IsLess(CellState other)
    {
        foreach (var (mine, others) in Rank().Zip(other.Rank()))
        {
            if (mine != others)
            {
                return mine < others;
            }
        }

        // Of two hexadecimal strings in capitals the ordinal order is that of the bytes.
        return string.CompareOrdinal(ValueHex, other.ValueHex) < 0;
    }
}
