using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>IF …: what it compares must be there, and the statement must name one row by its whole key, or the static row.</summary>
internal static class ConditionBinder
{
    public static RowCondition? Bind(Condition? condition, TableSchema table, TermBinder terms) => condition?.Kind switch
    {
        null => null,
        ConditionKind.NotExists => new ExistenceCondition(exists: false),
        ConditionKind.Exists => new ExistenceCondition(exists: true),
        _ => new ColumnsCondition([.. condition.Columns.Select(one => Bind(one, table, terms))]),
    };

    /// <exception cref="CqlInvalidException">A condition on what the statement does cannot be had.</exception>
    public static KeyedPlan Checked(KeyedPlan plan)
    {
        if (plan.HasTimestamp)
        {
            throw new CqlInvalidException("Cannot provide custom timestamp for conditional updates");
        }

        if (!plan.Partitions.IsSingle)
        {
            throw new CqlInvalidException("IN on the partition key is not supported with conditional updates");
        }

        if (plan.Rows is { IsSingleRow: false } rows)
        {
            throw new CqlInvalidException(rows.IsRows
                ? "IN on the clustering key columns is not supported with conditional updates"
                : "DELETE statements must restrict all PRIMARY KEY columns with equality relations in order to use IF");
        }

        if (plan.Rows is null && plan.Condition!.Columns.FirstOrDefault(static column => column.Kind == ColumnKind.Regular) is { } ofRow)
        {
            throw new CqlInvalidException($"Invalid condition on {ofRow.Name}: the statement writes only static columns, and names no row");
        }

        return plan;
    }

    private static ColumnComparer Bind(ColumnComparison comparison, TableSchema table, TermBinder terms)
    {
        var column = table.Column(comparison.Column)
            ?? throw new CqlInvalidException($"Undefined column name {comparison.Column} in table {table.Keyspace}.{table.Name}");
        if (column.Kind is ColumnKind.PartitionKey or ColumnKind.Clustering)
        {
            throw new CqlInvalidException($"PRIMARY KEY column '{column.Name}' cannot have IF conditions");
        }

        var key = comparison.Key is null ? null : BindKey(column, comparison.Key, terms);
        var type = TypeBinder.Frozen((key, column.Type) switch
        {
            (null, var whole) => whole,
            (_, MapType map) => map.Value,
            (_, var list) => ((ListType)list).Element,
        });
        var name = key is null ? column.Name : $"value({column.Name})";
        if (type.Equals(NativeType.Duration) && comparison.Operator is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual or ComparisonOperator.In))
        {
            throw new CqlInvalidException($"Slice conditions are not supported on durations ({column.Name})");
        }

        var isMarkerOfList = comparison is { Operator: ComparisonOperator.In, InList: false };
        return new ColumnComparer
        {
            Column = column,
            Type = type,
            Key = key,
            Operator = comparison.Operator,
            Values = isMarkerOfList ? [] : [.. comparison.Values.Select(value => terms.Bind(value, type, name))],
            List = isMarkerOfList ? terms.Bind(comparison.Values[0], new ListType(type, frozen: true), $"in({name})") : null,
        };
    }

    private static BoundTerm BindKey(ColumnSchema column, Term key, TermBinder terms) => column.Type switch
    {
        MapType map => terms.Bind(key, map.Key, $"key({column.Name})"),
        ListType => terms.Bind(key, NativeType.Int, $"idx({column.Name})"),
        _ => throw new CqlInvalidException($"Invalid element access syntax for column {column.Name} of type {column.Type.CqlName}"),
    };
}
