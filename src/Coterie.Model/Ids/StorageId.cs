namespace Coterie.Model.Ids;

/// <summary>
/// What a table's data is filed under in the storage engine and in every message. TRUNCATE and DROP give the table a new one,
/// so that a late write dies with the old. Never reused: the metadata log hands them out in increasing order.
/// </summary>
public readonly record struct StorageId(uint Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
