namespace Coterie.Repair.Exchanges;

/// <summary>What an exchange has done so far, or several together. Bytes are those between the two nodes, frames and all.</summary>
public sealed class ExchangeFigures
{
    /// <summary>Ranges of keys whose hashes were compared.</summary>
    public long RangesCompared { get; internal set; }

    /// <summary>Of these, those that no more was to be said about: small enough for one answer, or equal.</summary>
    public long RangesEqual { get; internal set; }

    /// <summary>Entries read from the stores of both sides.</summary>
    public long RowsRead { get; internal set; }

    /// <summary>Rows that were different, whether they travelled or (a dry run) not.</summary>
    public long RowsDifferent { get; internal set; }

    /// <summary>Rows sent in either direction.</summary>
    public long RowsSent { get; internal set; }

    /// <summary>Bytes of all messages between the two nodes.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>What has come to <paramref name="before"/> until <paramref name="after"/>.</summary>
    internal static ExchangeFigures Difference(ExchangeFigures after, ExchangeFigures before) => new()
    {
        RangesCompared = after.RangesCompared - before.RangesCompared,
        RangesEqual = after.RangesEqual - before.RangesEqual,
        RowsRead = after.RowsRead - before.RowsRead,
        RowsDifferent = after.RowsDifferent - before.RowsDifferent,
        RowsSent = after.RowsSent - before.RowsSent,
        BytesSent = after.BytesSent - before.BytesSent,
    };

    public void Add(ExchangeFigures other)
    {
        ArgumentNullException.ThrowIfNull(other);
        RangesCompared += other.RangesCompared;
        RangesEqual += other.RangesEqual;
        RowsRead += other.RowsRead;
        RowsDifferent += other.RowsDifferent;
        RowsSent += other.RowsSent;
        BytesSent += other.BytesSent;
    }
}
