using Coterie.Model.Ids;
using Coterie.Model.Types;

namespace Coterie.Model.Schema;

public enum ColumnKind : byte
{
    PartitionKey = 0,
    Clustering = 1,
    Static = 2,
    Regular = 3,
}

/// <summary>One column. <see cref="Id"/> has a meaning for static and regular columns only; <see cref="Position"/> for key columns only.</summary>
public sealed record ColumnSchema(string Name, ColumnKind Kind, CqlType Type, int Position, bool Descending, ColumnId Id);
