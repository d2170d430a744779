using Coterie.Cql.Plans;

namespace Coterie.Server.Protocol;

/// <summary>
/// The specifications of columns or markers, encoded once when a statement is compiled: where all are of one table, its name is said once
/// (native protocol v4 §4.2.5.2, Global_tables_spec).
/// </summary>
public sealed class ColumnSpecs
{
    public static ColumnSpecs Empty { get; } = new([]);

    private readonly byte[] _encoded;

    private ColumnSpecs(IReadOnlyList<(string Keyspace, string Table, string Name, Model.Types.CqlType Type)> columns)
    {
        Count = columns.Count;
        IsOfOneTable = Count > 0 && columns.All(c => c.Keyspace == columns[0].Keyspace && c.Table == columns[0].Table);
        var writer = new FrameWriter();
        if (IsOfOneTable)
        {
            writer.WriteString(columns[0].Keyspace);
            writer.WriteString(columns[0].Table);
        }

        foreach (var column in columns)
        {
            if (!IsOfOneTable)
            {
                writer.WriteString(column.Keyspace);
                writer.WriteString(column.Table);
            }

            writer.WriteString(column.Name);
            column.Type.WriteOption(writer);
        }

        _encoded = writer.Written.ToArray();
        writer.Clear();
    }

    public int Count { get; }

    public bool IsOfOneTable { get; }

    public ReadOnlySpan<byte> Encoded => _encoded;

    public static ColumnSpecs Of(IReadOnlyList<ResultColumn> columns) => new([.. columns.Select(c => (c.Keyspace, c.Table, c.Name, c.Type))]);

    public static ColumnSpecs Of(IReadOnlyList<BindMarker> markers) => new([.. markers.Select(m => (m.Keyspace, m.Table, m.Name, m.Type))]);

    /// <summary>Whether a client that has been told one of them reads and writes values right by the other.</summary>
    public bool SameAs(ColumnSpecs other) => Count == other.Count && _encoded.AsSpan().SequenceEqual(other._encoded);
}
