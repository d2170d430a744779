namespace Coterie.Cql.Plans;

/// <summary>
/// The values of one execution, in marker order, over the bytes of the request frame: valid as long as that frame is. Reused from one
/// request to the next.
/// </summary>
public sealed class BoundValues
{
    private readonly List<(ReadOnlyMemory<byte> Bytes, ValueState State)> _values = [];

    public int Count => _values.Count;

    public void Clear() => _values.Clear();

    public void Add(ReadOnlyMemory<byte> bytes) => _values.Add((bytes, ValueState.Set));

    public void AddNull() => _values.Add((default, ValueState.Null));

    public void AddUnset() => _values.Add((default, ValueState.Unset));

    public ValueState State(int index) => _values[index].State;

    public ReadOnlyMemory<byte> Bytes(int index) => _values[index].Bytes;
}

/// <summary>Native protocol v4 §3: a value may be there, null (deletes), or not set (leaves what is there).</summary>
public enum ValueState : byte
{
    Set = 0,
    Null = 1,
    Unset = 2,
}
