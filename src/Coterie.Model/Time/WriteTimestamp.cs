namespace Coterie.Model.Time;

/// <summary>What orders two writes of a cell: microseconds since the Unix epoch, from the client or from the coordinator's hybrid clock.</summary>
public readonly record struct WriteTimestamp(long Microseconds) : IComparable<WriteTimestamp>
{
    /// <summary>Older than any write. Never stored.</summary>
    public static WriteTimestamp None => new(long.MinValue);

    public int CompareTo(WriteTimestamp other) => Microseconds.CompareTo(other.Microseconds);

    public override string ToString() => Microseconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
