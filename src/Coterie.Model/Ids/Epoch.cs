namespace Coterie.Model.Ids;

/// <summary>The version of the cluster metadata: the number of entries of its log that have been applied. 0 is before formation.</summary>
public readonly record struct Epoch(long Value) : IComparable<Epoch>
{
    public static Epoch Zero => default;

    public Epoch Next => new(Value + 1);

    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
