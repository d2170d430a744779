namespace Coterie.Model.Time;

/// <summary>
/// When a coordinator formed a mutation, in milliseconds since the Unix epoch on its own clock. Unlike a <see cref="WriteTimestamp"/>
/// no client can choose it, so the age of a deletion and the lateness of a message are said in it.
/// </summary>
public readonly record struct FormationTime(long Milliseconds) : IComparable<FormationTime>
{
    public int CompareTo(FormationTime other) => Milliseconds.CompareTo(other.Milliseconds);
}
