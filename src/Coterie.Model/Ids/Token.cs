namespace Coterie.Model.Ids;

/// <summary>
/// A place on the ring: the Murmur3 hash of a partition key exactly as Cassandra's <c>Murmur3Partitioner</c> computes it.
/// <see cref="long.MinValue"/> is never the token of a key; it stands for the start of the ring.
/// </summary>
public readonly record struct Token(long Value) : IComparable<Token>
{
    public static Token Minimum => new(long.MinValue);

    public int CompareTo(Token other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
